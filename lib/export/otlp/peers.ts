// OpenTelemetry's packages, loaded when they are needed.

import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { loadPeer } from '../../core/peer.js';
import type { OtlpOptions } from './options.js';

type Resources = typeof import('@opentelemetry/resources');

/** OpenTelemetry's resources: what the numbers are of. */
export function loadResources(): Promise<
  Pick<Resources, 'resourceFromAttributes' | 'emptyResource'>
> {
  return loadPeer('@opentelemetry/resources', feature, () => import('@opentelemetry/resources'));
}

/** OpenTelemetry's exporter for the protocol. What it is not told it takes from the environment. */
export async function loadSdkExporter(
  options: Pick<OtlpOptions, 'protocol' | 'url' | 'headers' | 'timeoutMs'>,
): Promise<PushMetricExporter> {
  const { protocol, url, headers, timeoutMs } = options;
  const common = { timeoutMillis: timeoutMs, ...(url !== undefined && { url }) };
  switch (protocol) {
    case 'grpc': {
      const name = '@opentelemetry/exporter-metrics-otlp-grpc';
      const { OTLPMetricExporter } = await loadPeer(
        name,
        feature,
        () => import('@opentelemetry/exporter-metrics-otlp-grpc'),
      );
      const { Metadata } = await loadPeer('@grpc/grpc-js', feature, () => import('@grpc/grpc-js'));
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
      return new OTLPMetricExporter({ ...common, metadata });
    }
    case 'http/protobuf': {
      const name = '@opentelemetry/exporter-metrics-otlp-proto';
      const { OTLPMetricExporter } = await loadPeer(
        name,
        feature,
        () => import('@opentelemetry/exporter-metrics-otlp-proto'),
      );
      return new OTLPMetricExporter({ ...common, headers });
    }
    case 'http/json': {
      const name = '@opentelemetry/exporter-metrics-otlp-http';
      const { OTLPMetricExporter } = await loadPeer(
        name,
        feature,
        () => import('@opentelemetry/exporter-metrics-otlp-http'),
      );
      return new OTLPMetricExporter({ ...common, headers });
    }
  }
}

const feature = 'OTLP export';
