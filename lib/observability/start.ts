// startObservability: all that a program usually wants, in one call, and one that ends it.

import { type Preset, presetKind } from '../catalogues/preset.js';
import { type NodejsMetricsOptions, startNodejsMetrics } from '../collectors/nodejs.js';
import type { GrowingRegistry, RunningCollector } from '../collectors/sampler.js';
import {
  anything,
  either,
  flag,
  type Kind,
  objectWith,
  optionsCheck,
  refusals,
  required,
} from '../core/options.js';
import type { SharedRegistry } from '../core/registry-types.js';
import { type OnWarning, onWarningKind } from '../core/warnings.js';
import type { DashboardSource } from '../dashboard/source.js';
import type { RunningExporter, SnapshotSource } from '../export/driver.js';
import { type OtlpStart, startOtlp } from '../export/otlp/start.js';
import { type StatsdStart, startStatsd } from '../export/statsd/index.js';
import {
  createHealthChecks,
  type HealthChecks,
  type HealthChecksOptions,
} from '../health/checks.js';
import type { CloseOptions } from '../server/listener.js';
import type { ServerOptions } from '../server/options.js';
import { closeOnSignals } from '../server/signals.js';
import { type RunningServer, startServer } from '../server/start.js';

/** A registry of this thread, as `createRegistry` gives it. */
export interface ObservedRegistry extends GrowingRegistry, SnapshotSource {
  close(): Promise<void>;
  snapshot: DashboardSource['snapshot'];
  history: DashboardSource['history'];
  onSnapshot: NonNullable<SnapshotSource['onSnapshot']>;
  share(): SharedRegistry;
}

type Own<T> = Omit<T, 'registry' | 'preset' | 'onWarning'>;

/** What `startObservability` takes. */
export interface ObservabilityOptions {
  readonly registry: ObservedRegistry;
  /** What a catalogue's documents say of ports, names and intervals: `kotoba.preset`. */
  readonly preset?: Preset | undefined;
  /** The server for metrics, health and the page. `false`: none. */
  readonly server?: Own<Omit<ServerOptions, 'source' | 'health'>> | false | undefined;
  /** Of the health checks, which the program adds to `observability.health`. */
  readonly health?: Own<HealthChecksOptions> | undefined;
  /** Of the metrics of the process, its event loop and its heap. `false`: none. */
  readonly nodejs?: Own<NodejsMetricsOptions> | false | undefined;
  /** Pushes to an OpenTelemetry collector: `{ endpoint: 'http://localhost:4317' }`. */
  readonly otlp?: Own<OtlpStart> | undefined;
  /** Sends to a StatsD server: `{}` for localhost:8125. */
  readonly statsd?: Own<StatsdStart> | undefined;
  /**
   * Ends everything in order on SIGTERM and SIGINT: true, or how. Not unless told so.
   */
  readonly closeOnSignals?: boolean | CloseOptions | undefined;
  /** Told of what goes wrong in any of it; by default whoever the registry tells. */
  readonly onWarning?: OnWarning | undefined;
}

/** What runs. */
export interface Observability extends AsyncDisposable {
  readonly server: RunningServer | undefined;
  readonly health: HealthChecks;
  readonly nodejs: RunningCollector | undefined;
  readonly exporters: readonly RunningExporter[];
  /** Samples and exports what has been recorded up to now; true when all of it has arrived. */
  flush(): Promise<boolean>;
  /** Ends all of it, and the registry. The same as `registry.close()`. */
  close(): Promise<void>;
}

// Each part checks its own options.
const part: Kind = objectWith([], 'the options of the part');
const partOrNone: Kind = either('the options of the part, or false', anything);

const checkOptions = optionsCheck<ObservabilityOptions>('startObservability', refusals.server, {
  registry: required(
    objectWith(['add', 'snapshot', 'close'], 'a registry, as createRegistry gives it'),
  ),
  preset: presetKind,
  server: partOrNone,
  health: part,
  nodejs: partOrNone,
  otlp: part,
  statsd: part,
  closeOnSignals: either('true, false, or how', flag, objectWith([], 'how')),
  onWarning: onWarningKind,
});

/**
 * Starts what a program usually wants of its metrics: a server on port 9464 of this machine, the metrics
 * of Node.js, a set of health checks to add to; and exporters, when it is told where to. Closing the
 * registry ends all of it in order: the server first, exporters last, with all that was recorded.
 *
 * @example
 * ```ts
 * import { startObservability } from 'vsr-metrics/observability';
 *
 * const observability = await startObservability({ registry, closeOnSignals: true });
 * observability.health.add('database', async () => ({ status: 'healthy' }));
 * console.log(observability.server?.url); // http://127.0.0.1:9464/metrics
 * await observability.close();
 * ```
 * @throws VsrMetricsError when an option does not fit, nothing can listen there, or a package is
 *   missing; what was started until then is ended, and the registry goes on
 */
export async function startObservability(options: ObservabilityOptions): Promise<Observability> {
  checkOptions(options);
  const { registry, preset, onWarning, server: ofServer = {}, nodejs: ofNodejs = {} } = options;
  const common = { registry, ...(onWarning !== undefined && { onWarning }) };
  const started: { close(): Promise<unknown> }[] = [];
  const start = <T extends { close(): Promise<unknown> }>(running: T): T => {
    started.unshift(running);
    return running;
  };
  try {
    const health = start(createHealthChecks({ ...preset?.health, ...options.health, registry }));
    const nodejs =
      ofNodejs === false ? undefined : start(startNodejsMetrics({ ...ofNodejs, ...common }));
    const exporters: RunningExporter[] = [];
    const { otlp, statsd } = options;
    if (otlp !== undefined) exporters.push(start(await startOtlp({ preset, ...otlp, ...common })));
    if (statsd !== undefined) exporters.push(start(startStatsd({ ...statsd, ...common })));
    const server =
      ofServer === false
        ? undefined
        : start(await startServer({ preset, ...ofServer, health, ...common }));
    const close = () => registry.close();
    const observability: Observability = {
      server,
      health,
      nodejs,
      exporters,
      flush: async () => {
        await nodejs?.flush();
        const arrived = await Promise.all(exporters.map((exporter) => exporter.flush()));
        return arrived.every(Boolean);
      },
      close,
      [Symbol.asyncDispose]: close,
    };
    endOnSignals(options, observability);
    return observability;
  } catch (error) {
    for (const each of started) await each.close();
    throw error;
  }
}

function endOnSignals(
  { registry, closeOnSignals: how = false, onWarning }: ObservabilityOptions,
  { server }: Observability,
): void {
  if (how === false) return;
  const first = server ?? registry;
  const also = server === undefined ? [] : [registry];
  closeOnSignals(first, { ...(how === true ? {} : how), also, onWarning });
}
