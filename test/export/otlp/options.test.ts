import { expect } from 'chai';
import { vsr } from '../../../lib/catalogues/index.js';
import { loadPeer } from '../../../lib/core/peer.js';
import { type OtlpSettings, startOtlp } from '../../../lib/export/otlp/index.js';
import { resolveOptions } from '../../../lib/export/otlp/options.js';
import { createRegistry, VsrMetricsError } from '../../../lib/index.js';
import { fixture } from '../../fixtures/catalogue.js';

const endpoint = 'http://localhost:4317';

function errorOf(run: () => unknown): VsrMetricsError {
  try {
    run();
  } catch (error) {
    if (error instanceof VsrMetricsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('The options of OTLP', () => {
  it('have the documented defaults', () => {
    const { attributes, ...options } = resolveOptions({ endpoint }, {});
    expect(options).to.deep.equal({
      protocol: 'grpc',
      url: 'http://localhost:4317/',
      everyMs: 10_000,
      timeoutMs: 5000,
      headers: {},
      temporality: 'cumulative',
      histograms: 'explicit',
      scopeName: 'vsr-metrics',
    });
    expect(attributes).to.deep.equal({ 'service.name': 'unknown_service:node' });
  });

  it('choose the protocol by the port when nobody does, and the path over HTTP', () => {
    const of = (endpoint: string, protocol?: OtlpSettings['protocol']) => {
      const options = resolveOptions({ endpoint, protocol }, {});
      return [options.protocol, options.url];
    };
    const host = 'http://collector';
    expect(of(`${host}:4318`)).to.deep.equal(['http/protobuf', `${host}:4318/v1/metrics`]);
    expect(of(`${host}:9/own/path`)).to.deep.equal(['http/protobuf', `${host}:9/own/path`]);
    expect(of(`${host}:4317`, 'http/json')).to.deep.equal(['http/json', `${host}:4317/v1/metrics`]);
    expect(of('https://collector', 'grpc')).to.deep.equal(['grpc', 'https://collector/']);
  });

  it("come from a catalogue's preset behind all else", () => {
    const { preset } = vsr;
    const of = (settings: OtlpSettings, environment = {}) => {
      const { attributes, everyMs, scopeName } = resolveOptions(
        { endpoint, preset, ...settings },
        environment,
      );
      return [attributes['service.name'], everyMs, scopeName];
    };
    expect(of({})).to.deep.equal(['kimberlite-vsr', 10_000, 'kimberlite-vsr']);
    const environment = { OTEL_SERVICE_NAME: 'ledger', OTEL_METRIC_EXPORT_INTERVAL: '7' };
    expect(of({}, environment)).to.deep.equal(['ledger', 7, 'kimberlite-vsr']);
    expect(of({ serviceName: 'own', everyMs: 9 }, environment)).to.deep.equal([
      'own',
      9,
      'kimberlite-vsr',
    ]);
  });

  it('come from the environment where they are left out, for metrics before for all signals', () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://all:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '700',
      OTEL_METRIC_EXPORT_INTERVAL: '900',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION:
        'base2_exponential_bucket_histogram',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop, zone=eu%20west ,odd,service.version=2.0',
      OTEL_SERVICE_NAME: 'ledger',
    };
    expect(resolveOptions({}, environment)).to.deep.equal({
      protocol: 'http/json',
      // Left to OpenTelemetry's exporter, which knows the rules for paths in the environment.
      url: undefined,
      scopeName: 'vsr-metrics',
      everyMs: 900,
      timeoutMs: 700,
      headers: {},
      temporality: 'delta',
      histograms: 'exponential',
      attributes: { 'service.name': 'ledger', 'service.version': '2.0', zone: 'eu west' },
    });
    const given: OtlpSettings = {
      endpoint,
      protocol: 'grpc',
      everyMs: 1,
      timeoutMs: 2,
      temporality: 'cumulative',
      histograms: 'explicit',
      serviceName: 'mine',
      serviceVersion: '3',
      resourceAttributes: { zone: 'us' },
    };
    expect(resolveOptions(given, environment)).to.deep.equal({
      protocol: 'grpc',
      url: 'http://localhost:4317/',
      everyMs: 1,
      timeoutMs: 2,
      scopeName: 'vsr-metrics',
      headers: {},
      temporality: 'cumulative',
      histograms: 'explicit',
      attributes: { 'service.name': 'mine', 'service.version': '3', zone: 'us' },
    });
  });

  it('that are missing or wrong give an error that names what is allowed', async () => {
    const registry = createRegistry({ catalogue: fixture });
    const missing = await startOtlp({ registry }).catch((error) => error);
    registry.close();
    expect(missing).to.be.instanceOf(VsrMetricsError);
    expect(missing.code).to.equal('VSR_METRICS_EXPORTER_OPTIONS');
    expect(missing.message).to.include('endpoint').and.include('OTEL_EXPORTER_OTLP_ENDPOINT');
    for (const wrong of ['', 'localhost', 'ftp://collector', 'localhost:4317']) {
      expect(errorOf(() => resolveOptions({ endpoint: wrong }, {})).message).to.include('endpoint');
    }
    const protocol = 'thrift' as 'grpc';
    const error = errorOf(() => resolveOptions({ endpoint, protocol }, {}));
    expect(error.message).to.include('protocol').and.include('"thrift"').and.include('"http/json"');
    for (const everyMs of [0, -1, Number.NaN, 1.5]) {
      expect(errorOf(() => resolveOptions({ endpoint, everyMs }, {})).message).to.include(
        'everyMs',
      );
    }
    const environment = { OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' };
    expect(errorOf(() => resolveOptions({ endpoint }, environment)).message).to.include(
      'timeoutMs',
    );
  });

  it('ask for the package that is missing by its name', async () => {
    const name = 'no-such-package';
    const error = await loadPeer(name, 'OTLP export', () => import(name)).catch((error) => error);
    expect(error).to.be.instanceOf(VsrMetricsError);
    expect(error.code).to.equal('VSR_METRICS_PEER_MISSING');
    expect(error.message).to.include('OTLP export').and.include('npm install no-such-package');
  });
});
