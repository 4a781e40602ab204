// What an export by OTLP is told, by its caller and by the environment.
//
// An option wins over the environment; there the variable for metrics wins over the one for all
// signals, as OpenTelemetry has it. What is not here (certificates, compression) OpenTelemetry's
// exporters read from the environment themselves.

import { type Preset, presetKind } from '../../catalogues/preset.js';
import {
  anything,
  checkOption,
  type Kind,
  type Kinds,
  milliseconds,
  oneOf,
  optionsCheck,
  refusals,
  text,
  texts,
} from '../../core/options.js';
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
  /** By default OTEL_METRIC_EXPORT_INTERVAL; else 10,000 ms. */
  readonly everyMs?: number | undefined;
  /** For one export with all its retries. By default OTEL_EXPORTER_OTLP_[METRICS_]TIMEOUT; else 5,000. */
  readonly timeoutMs?: number | undefined;
  /** By default OTEL_SERVICE_NAME, or OTEL_RESOURCE_ATTRIBUTES; else `unknown_service:node`. */
  readonly serviceName?: string | undefined;
  /** By default OTEL_RESOURCE_ATTRIBUTES; else none is sent. */
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
  /** What a catalogue's documents say of names and intervals: `vsr.preset`. All else wins over it. */
  readonly preset?: Preset | undefined;
}

/** The same with everything decided. */
export interface OtlpOptions {
  readonly protocol: OtlpProtocol;
  /** Undefined: OpenTelemetry's exporter takes it from the environment. */
  readonly url: string | undefined;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly scopeName: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly temporality: OtlpTemporality;
  readonly histograms: HistogramForm;
}

type Environment = Readonly<Record<string, string | undefined>>;

const whose = 'an OTLP exporter';
const protocols = ['grpc', 'http/protobuf', 'http/json'] as const;
const temporalities = { cumulative: 'cumulative', delta: 'delta', lowmemory: 'delta' } as const;
const forms = {
  explicit: 'explicit',
  exponential: 'exponential',
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const;

export const otlpKinds: Kinds<OtlpSettings> = {
  // It may come from the environment too.
  endpoint: anything,
  protocol: oneOf(protocols),
  everyMs: milliseconds,
  timeoutMs: milliseconds,
  serviceName: text(),
  serviceVersion: text(),
  resourceAttributes: texts,
  headers: { ...texts, isSecret: true },
  temporality: oneOf(['cumulative', 'delta']),
  histograms: oneOf(['explicit', 'exponential']),
  preset: presetKind,
};

const checkSettings = optionsCheck<OtlpSettings>(whose, refusals.exporter, otlpKinds);

/** @throws ExporterError that names the option or the variable, what was given and what is allowed */
export function resolveOptions(
  settings: OtlpSettings,
  environment: Environment = process.env,
): OtlpOptions {
  checkSettings(settings);
  const ofPreset = settings.preset?.otlp ?? {};
  const of = (name: string) => environment[name]?.trim() || undefined;
  /** The value of the first of these variables that is set, checked. */
  const read = <T>(
    option: string,
    variables: readonly string[],
    kind: Kind,
    meaning: (value: string) => T,
  ): T | undefined => {
    const variable = variables.find((name) => of(name) !== undefined);
    if (variable === undefined) return undefined;
    const value = meaning(of(variable)!);
    checkOption(whose, refusals.exporter, `${option} (${variable})`, kind, value);
    return value;
  };
  const ofOtlp = (name: string) => [
    `OTEL_EXPORTER_OTLP_METRICS_${name}`,
    `OTEL_EXPORTER_OTLP_${name}`,
  ];
  const endpoint = checkEndpoint(
    settings.endpoint ?? read('endpoint', ofOtlp('ENDPOINT'), anything, String),
  );
  const protocol =
    settings.protocol ??
    read('protocol', ofOtlp('PROTOCOL'), oneOf(protocols), (given) => given.toLowerCase()) ??
    (endpoint.port === '4317' ? 'grpc' : 'http/protobuf');
  const temporality =
    settings.temporality ??
    choose('TEMPORALITY_PREFERENCE', 'temporality', temporalities) ??
    'cumulative';
  const histograms =
    settings.histograms ??
    choose('DEFAULT_HISTOGRAM_AGGREGATION', 'histograms', forms) ??
    'explicit';
  function choose<T extends string>(
    variable: string,
    option: string,
    meanings: Readonly<Record<string, T>>,
  ): T | undefined {
    const variables = [`OTEL_EXPORTER_OTLP_METRICS_${variable}`];
    const kind = oneOf(Object.keys(meanings));
    const given = read(option, variables, kind, (value) => value.toLowerCase());
    return given === undefined ? undefined : meanings[given];
  }
  return {
    protocol: protocol as OtlpProtocol,
    url: settings.endpoint === undefined ? undefined : urlOf(endpoint, protocol as OtlpProtocol),
    everyMs:
      settings.everyMs ??
      read('everyMs', ['OTEL_METRIC_EXPORT_INTERVAL'], milliseconds, Number) ??
      ofPreset.everyMs ??
      10_000,
    timeoutMs:
      settings.timeoutMs ??
      read('timeoutMs', ofOtlp('TIMEOUT'), milliseconds, Number) ??
      ofPreset.timeoutMs ??
      5000,
    attributes: resourceAttributes(settings, of),
    scopeName: ofPreset.scopeName ?? 'vsr-metrics',
    headers: settings.headers ?? {},
    temporality,
    histograms,
  };
}

function checkEndpoint(given: string | undefined): URL {
  const isUrl = given !== undefined && URL.canParse(given) && /^https?:/.test(given);
  if (isUrl) return new URL(given);
  throw refusals.exporter({
    problem: 'an OTLP exporter needs an endpoint',
    given,
    allowed:
      'a URL as http://localhost:4317, as the option or in OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or ' +
      'OTEL_EXPORTER_OTLP_ENDPOINT',
  });
}

function urlOf(endpoint: URL, protocol: OtlpProtocol): string {
  if (protocol !== 'grpc' && endpoint.pathname === '/')
    return new URL('/v1/metrics', endpoint).href;
  return endpoint.href;
}

function resourceAttributes(
  { serviceName, serviceVersion, resourceAttributes: given, preset }: OtlpSettings,
  of: (name: string) => string | undefined,
): Record<string, string> {
  const name = of('OTEL_SERVICE_NAME');
  return {
    // As OpenTelemetry has it for those who say nothing.
    'service.name': preset?.otlp?.serviceName ?? 'unknown_service:node',
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
