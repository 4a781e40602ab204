// What an export by OTLP is told, by its caller and by the environment.
//
// An option wins over the environment; there the variable for metrics wins over the one for all
// signals, as OpenTelemetry has it. What is not here (certificates, compression) OpenTelemetry's
// exporters read from the environment themselves.

import { VsrMetricsError } from '../../core/errors.js';
import { packageVersion } from '../../core/package-version.js';
import { checkWhole } from '../../core/whole-number.js';
import type { HistogramForm } from './metric-data.js';

/** `http/protobuf` and `http/json` go over HTTP, usually to port 4318; `grpc` to 4317. */
export type OtlpProtocol = 'grpc' | 'http/protobuf' | 'http/json';

/** Everything since the series started in each export, or what was recorded since the last one. */
export type OtlpTemporality = 'cumulative' | 'delta';

/** What the caller may say. */
export interface OtlpSettings {
  /**
   * Where the collector listens: `http://localhost:4317`. Required, here or in
   * OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT. Over HTTP `/v1/metrics` is
   * added when it has no path.
   */
  readonly endpoint?: string | undefined;
  /** By default OTEL_EXPORTER_OTLP_[METRICS_]PROTOCOL; else `grpc` for port 4317; else `http/protobuf`. */
  readonly protocol?: OtlpProtocol | undefined;
  /** By default OTEL_METRIC_EXPORT_INTERVAL; else 10,000. */
  readonly intervalMs?: number | undefined;
  /** For one export with all its retries. By default OTEL_EXPORTER_OTLP_[METRICS_]TIMEOUT; else 5,000. */
  readonly timeoutMs?: number | undefined;
  /** By default OTEL_SERVICE_NAME, or OTEL_RESOURCE_ATTRIBUTES; else `kimberlite-vsr`. */
  readonly serviceName?: string | undefined;
  /** By default OTEL_RESOURCE_ATTRIBUTES; else the version of this package. */
  readonly serviceVersion?: string | undefined;
  /** More attributes of the resource; they win over OTEL_RESOURCE_ATTRIBUTES. */
  readonly resourceAttributes?: Readonly<Record<string, string>> | undefined;
  /** Sent with every export; they win over OTEL_EXPORTER_OTLP_[METRICS_]HEADERS. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** By default OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE; else `cumulative`. */
  readonly temporality?: OtlpTemporality | undefined;
  /**
   * `explicit`: the declared buckets, exact. `exponential`: base-2 buckets, as fine as 160 of them can
   * be. By default OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION; else `explicit`.
   */
  readonly histograms?: HistogramForm | undefined;
}

/** The same with everything decided. */
export interface OtlpOptions {
  readonly protocol: OtlpProtocol;
  /** Undefined: OpenTelemetry's exporter takes it from the environment. */
  readonly url: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly temporality: OtlpTemporality;
  readonly histograms: HistogramForm;
}

type Environment = Readonly<Record<string, string | undefined>>;

const protocols = ['grpc', 'http/protobuf', 'http/json'] as const;
const temporalities = { cumulative: 'cumulative', delta: 'delta', lowmemory: 'delta' } as const;
const forms = {
  explicit: 'explicit',
  exponential: 'exponential',
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const;

/** @throws VsrMetricsError that names the option, what was given and what is allowed */
export function resolveOptions(
  settings: OtlpSettings,
  environment: Environment = process.env,
): OtlpOptions {
  const of = (name: string) => environment[name]?.trim() || undefined;
  const ofOtlp = (name: string) =>
    of(`OTEL_EXPORTER_OTLP_METRICS_${name}`) ?? of(`OTEL_EXPORTER_OTLP_${name}`);
  const endpoint = checkEndpoint(settings.endpoint, ofOtlp('ENDPOINT'));
  const protocol = choose(
    'protocol',
    Object.fromEntries(protocols.map((each) => [each, each])),
    settings.protocol ??
      ofOtlp('PROTOCOL') ??
      (endpoint.port === '4317' ? 'grpc' : 'http/protobuf'),
  );
  const intervalMs = settings.intervalMs ?? Number(of('OTEL_METRIC_EXPORT_INTERVAL') ?? 10_000);
  const timeoutMs = settings.timeoutMs ?? Number(ofOtlp('TIMEOUT') ?? 5000);
  checkWhole('intervalMs of an OTLP exporter', intervalMs, 1, 86_400_000);
  checkWhole('timeoutMs of an OTLP exporter', timeoutMs, 1, 86_400_000);
  return {
    protocol,
    url: settings.endpoint === undefined ? undefined : urlOf(endpoint, protocol),
    intervalMs,
    timeoutMs,
    attributes: resourceAttributes(settings, of),
    headers: settings.headers ?? {},
    temporality: choose(
      'temporality',
      temporalities,
      settings.temporality ??
        of('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE') ??
        'cumulative',
    ),
    histograms: choose(
      'histograms',
      forms,
      settings.histograms ??
        of('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION') ??
        'explicit',
    ),
  };
}

function checkEndpoint(option: string | undefined, variable: string | undefined): URL {
  const given = option ?? variable;
  const allowed =
    'a URL as http://localhost:4317, as the option or in OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or ' +
    'OTEL_EXPORTER_OTLP_ENDPOINT';
  const problem = 'an OTLP exporter needs an endpoint';
  if (given === undefined || !URL.canParse(given)) {
    throw new VsrMetricsError('VSR_METRICS_EXPORTER_OPTIONS', { problem, given, allowed });
  }
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new VsrMetricsError('VSR_METRICS_EXPORTER_OPTIONS', { problem, given, allowed });
  }
  return url;
}

function urlOf(endpoint: URL, protocol: OtlpProtocol): string {
  if (protocol !== 'grpc' && endpoint.pathname === '/')
    return new URL('/v1/metrics', endpoint).href;
  return endpoint.href;
}

function choose<T extends string>(
  option: string,
  meanings: Readonly<Record<string, T>>,
  given: string,
): T {
  const meaning = Object.hasOwn(meanings, given.toLowerCase())
    ? meanings[given.toLowerCase()]
    : undefined;
  if (meaning !== undefined) return meaning;
  throw new VsrMetricsError('VSR_METRICS_EXPORTER_OPTIONS', {
    problem: `no such ${option} of an OTLP exporter`,
    given,
    allowed: Object.keys(meanings),
  });
}

function resourceAttributes(
  { serviceName, serviceVersion, resourceAttributes: given }: OtlpSettings,
  of: (name: string) => string | undefined,
): Record<string, string> {
  const name = of('OTEL_SERVICE_NAME');
  return {
    'service.name': 'kimberlite-vsr',
    'service.version': packageVersion(),
    ...parseAttributes(of('OTEL_RESOURCE_ATTRIBUTES') ?? ''),
    ...(name !== undefined && { 'service.name': name }),
    ...given,
    ...(serviceName !== undefined && { 'service.name': serviceName }),
    ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
  };
}

/** `key=value,key=value`, with both sides percent-encoded. */
function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [, key, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (key !== undefined) attributes[decode(key)] = decode(value!);
  }
  return attributes;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
