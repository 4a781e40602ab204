// What operators set: in the environment and in a file, as options for the parts of this package.
//
//   const { enabled, server } = await readConfiguration({ file: 'config.toml' });
//   if (enabled.metrics) await startServer({ registry, ...server });
//
// A variable wins over the file; what the program itself says wins over both, by standing behind.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type HealthWord, type Preset, presetKind } from '../catalogues/preset.js';
import { validateLabelName } from '../core/catalogue/validate.js';
import {
  callback,
  listOf,
  objectWith,
  oneOf,
  optionsCheck,
  refusals,
  text,
} from '../core/options.js';
import type { OtlpSettings } from '../export/otlp/options.js';
import type { HealthChecksOptions } from '../health/index.js';
import type { ClusterPartOptions } from '../server/cluster-source.js';
import {
  checkServerOption,
  type EndpointName,
  endpointNames,
  type ServerOptions,
  type ServerTls,
} from '../server/options.js';
import { ConfigurationFile, unfit } from './file.js';
import {
  type Environment,
  type Found,
  type SettingName,
  Settings,
  settingNames,
} from './settings.js';
import { readSources } from './sources.js';

/** What `readConfiguration` takes; nothing is needed. */
export interface ConfigurationSources {
  /** A file in TOML. One that is named must be there. */
  readonly file?: string | undefined;
  /** `process.env` unless told otherwise. */
  readonly environment?: Environment;
  /** Of a catalogue whose documents name the variables: `kotoba.preset` for `KOTOBA_METRICS_PORT`. */
  readonly preset?: Preset | undefined;
  /** What all variables begin with: `VSR_METRICS`, or as the preset has it, unless told otherwise. */
  readonly prefix?: string | undefined;
  /** The settings that the program obeys: all unless told otherwise. */
  readonly obeyed?: readonly SettingName[];
  /** Told of each setting that there is not, or that is not obeyed; by default that is an error. */
  readonly onUnknown?: (message: string) => void;
}

const checkSources = optionsCheck<ConfigurationSources>('a configuration', refusals.server, {
  file: text('a file'),
  environment: objectWith([], 'an object of texts'),
  preset: presetKind,
  prefix: text('capital letters, digits and _', /^[A-Z][A-Z0-9_]*$/),
  obeyed: listOf(oneOf(settingNames)),
  onUnknown: callback('a function that is told of settings that there are not'),
});

/** Options for the parts of this package: what nobody set is not in them. */
export interface Configuration {
  /** What should run: all but `otlp` and `tracing` unless told otherwise. */
  readonly enabled: {
    readonly metrics: boolean;
    readonly healthChecks: boolean;
    /** There is an endpoint to push to. */
    readonly otlp: boolean;
    readonly tracing: boolean;
  };
  /** For `startServer`. */
  readonly server: Pick<
    ServerOptions,
    | 'allowedHosts'
    | 'basePath'
    | 'endpoints'
    | 'healthWord'
    | 'host'
    | 'openProbes'
    | 'path'
    | 'port'
    | 'stuckAfterMs'
    | 'tls'
    | 'token'
  >;
  /** For `createRegistry`. */
  readonly registry: {
    readonly defaultLabels?: Readonly<Record<string, string>>;
    readonly resourcesEveryMs?: number;
  };
  /** For `createHealthChecks`. */
  readonly health: Pick<HealthChecksOptions, 'everyMs' | 'timeoutMs'>;
  /** For `startOtlp`. */
  readonly otlp: Pick<OtlpSettings, 'endpoint' | 'everyMs' | 'serviceName' | 'serviceVersion'>;
  /** For `createClusterSource`: what `[[sources]]` names. */
  readonly sources: Readonly<Record<string, ClusterPartOptions>>;
  /** For the program's own tracing. */
  readonly tracing: { readonly endpoint?: string };
}

/**
 * Reads what operators set in variables `VSR_METRICS_...` and in the tables `[metrics]`, `[health]` and
 * `[telemetry]` of a file.
 *
 * @example
 * ```ts
 * import { readConfiguration } from 'vsr-metrics/configuration';
 * import { createHealthChecks } from 'vsr-metrics/health';
 * import { startServer } from 'vsr-metrics/server';
 *
 * const { enabled, server, health } = await readConfiguration({ file: process.env.CONFIG });
 * const checks = enabled.healthChecks ? createHealthChecks({ registry, ...health }) : undefined;
 * if (enabled.metrics) await startServer({ registry, health: checks, ...server });
 * ```
 * @throws ServerError that names the variable or the line, what was given and what is allowed
 */
export async function readConfiguration(
  sources: ConfigurationSources = {},
): Promise<Configuration> {
  checkSources(sources);
  const { file, environment = process.env, preset } = sources;
  const { prefix = preset?.variables ?? 'VSR_METRICS' } = sources;
  const { obeyed = settingNames, onUnknown = refuseUnknown } = sources;
  const toml = file === undefined ? undefined : await ConfigurationFile.read(file);
  const settings = new Settings(environment, toml, prefix);
  for (const message of settings.unknown(obeyed)) onUnknown(message);
  const otlp = readOtlp(settings);
  return {
    enabled: {
      metrics: settings.get('metrics.enabled') ?? true,
      healthChecks: settings.get('health.enabled') ?? true,
      otlp: otlp.endpoint !== undefined || hasOtlpVariable(settings),
      tracing: settings.get('telemetry.tracing_enabled') ?? false,
    },
    server: await readServer(settings),
    registry: present({
      defaultLabels: checked(settings.find('metrics.global_labels'), checkLabelNames),
      resourcesEveryMs: settings.get('metrics.collection_interval_secs'),
    }),
    health: present({
      everyMs: settings.get('health.interval_secs'),
      timeoutMs: settings.get('health.timeout_secs'),
    }),
    otlp,
    sources: toml === undefined ? {} : readSources(toml),
    tracing: present({ endpoint: settings.get('telemetry.tracing_endpoint') }),
  };
}

function refuseUnknown(message: string): never {
  throw unfit(message);
}

async function readServer(settings: Settings): Promise<Configuration['server']> {
  const word = settings.find('health.word') as Found<HealthWord> | undefined;
  const fitting = <T>(name: keyof ServerOptions, found: Found<T> | undefined) =>
    checked(found, (value) => checkServerOption(name, value));
  return present({
    host: fitting('host', settings.find('metrics.address')),
    port: settings.get('metrics.port'),
    basePath: fitting('basePath', settings.find('metrics.base_path')),
    path: fitting('path', settings.find('metrics.path')),
    allowedHosts: fitting('allowedHosts', settings.find('metrics.allowed_hosts')),
    token: fitting('token', await secretOf(settings)),
    tls: await tlsOf(settings),
    endpoints: endpointsOf(settings.get('metrics.dashboard')),
    openProbes: settings.get('metrics.open_probes'),
    stuckAfterMs: settings.get('metrics.stuck_after_secs'),
    healthWord: fitting('healthWord', word),
  });
}

/** All, unless somebody has a say in it. */
function endpointsOf(dashboard: boolean | undefined): readonly EndpointName[] | undefined {
  if (dashboard === undefined) return undefined;
  return endpointNames.filter((name) => dashboard || name !== 'page');
}

function checkLabelNames(given: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(given)) validateLabelName(name, {});
}

/** A value that others check too: their complaint gets its place in front. */
function checked<T>(found: Found<T> | undefined, check: (value: T) => unknown): T | undefined {
  if (found === undefined) return undefined;
  try {
    check(found.value);
    return found.value;
  } catch (error) {
    throw unfit(`${found.place}: ${(error as Error).message}`, error);
  }
}

/** The token, or what stands in its file; whichever is in the environment wins. */
async function secretOf(settings: Settings): Promise<Found<string> | undefined> {
  const token = settings.find('metrics.token');
  const file = settings.find('metrics.token_file');
  const isNearer = file?.isFromFile === false && token?.isFromFile === true;
  if (file === undefined || (token !== undefined && !isNearer)) return token;
  return { ...file, value: (await contentOf(settings, file)).trim() };
}

async function tlsOf(settings: Settings): Promise<ServerTls | undefined> {
  const key = settings.find('metrics.tls_key_file');
  const cert = settings.find('metrics.tls_cert_file');
  const clientCa = settings.find('metrics.tls_client_ca_file');
  const given = key ?? cert ?? clientCa;
  if (given === undefined) return undefined;
  if (key === undefined || cert === undefined) {
    const missing = key === undefined ? 'metrics.tls_key_file' : 'metrics.tls_cert_file';
    throw unfit(`${given.place}: TLS needs ${missing} too`);
  }
  return {
    key: await contentOf(settings, key),
    cert: await contentOf(settings, cert),
    ...(clientCa !== undefined && { clientCa: await contentOf(settings, clientCa) }),
  };
}

/** Paths in the file are relative to it, others to where the program runs. */
async function contentOf(settings: Settings, found: Found<string>): Promise<string> {
  const folder = found.isFromFile ? settings.file!.folder : '.';
  try {
    return await readFile(resolve(folder, found.value), 'utf8');
  } catch (error) {
    throw unfit(`${found.place}: ${(error as Error).message}`, error);
  }
}

/**
 * What OpenTelemetry's own variables say is left to them: they count as the environment, and
 * `startOtlp` reads them where it is told nothing else.
 */
function readOtlp(settings: Settings): Configuration['otlp'] {
  const unless = <T>(isSaid: boolean, found: Found<T> | undefined): T | undefined =>
    isSaid && found?.isFromFile ? undefined : found?.value;
  const attributes = settings.variable('OTEL_RESOURCE_ATTRIBUTES') ?? '';
  const interval = settings.variable('OTEL_METRIC_EXPORT_INTERVAL') !== undefined;
  const name =
    settings.variable('OTEL_SERVICE_NAME') !== undefined || /\bservice\.name\s*=/.test(attributes);
  const version = /\bservice\.version\s*=/.test(attributes);
  return present({
    endpoint: unless(hasOtlpVariable(settings), settings.find('telemetry.otlp_endpoint')),
    everyMs: unless(interval, settings.find('telemetry.export_interval_secs')),
    serviceName: unless(name, settings.find('telemetry.service_name')),
    serviceVersion: unless(version, settings.find('telemetry.service_version')),
  });
}

function hasOtlpVariable(settings: Settings): boolean {
  const variables = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  return variables.some((name) => settings.variable(name) !== undefined);
}

type Present<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without what is undefined: spread behind something else it would hide that. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
