// Runs an exporter on the snapshots of a registry, or of a file that another process writes.
//
//   const running = startExporter(registry, exporter, { everyMs: 10_000 });
//   await running.flush();     // what was recorded up to now
//   await running.stop();      // the same, and the end
//
// Exports never overlap. Snapshots that come while one runs wait, in a queue that drops its oldest.
// Nothing that an exporter throws reaches the program, and nothing here holds its process alive, but for
// a last export when it has nothing left to do. After process.exit() no program can wait for that.

import { type Kinds, milliseconds, optionsCheck, refusals, whole } from '../core/options.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { SnapshotSchedule } from '../core/registry-types.js';
import { type ExportCounts, ExportMeter } from './export-metrics.js';
import type { Exporter } from './exporter.js';

/**
 * Where snapshots come from. A registry takes them on time even while the event loop is blocked;
 * anything else, `readRegistry(file)` for one, is asked by a timer.
 */
export interface SnapshotSource {
  snapshot(): Snapshot;
  onSnapshot?(schedule: SnapshotSchedule, listener: (snapshot: Snapshot) => void): () => void;
}

/** What `startExporter` can be told. */
export interface ExportOptions {
  /** The interval; 10,000 ms unless told otherwise. */
  readonly everyMs?: number | undefined;
  /**
   * How many snapshots wait while the event loop is blocked or the exporter is busy; the oldest give
   * way. 10 unless told otherwise.
   */
  readonly keep?: number | undefined;
  /** `flush` and `stop` wait no longer for the exporter; 10,000 ms unless told otherwise. */
  readonly stopTimeoutMs?: number | undefined;
}

export const exportKinds: Kinds<ExportOptions> = {
  everyMs: milliseconds,
  keep: whole(1, 100_000),
  stopTimeoutMs: milliseconds,
};

const checkOptions = optionsCheck<ExportOptions>('an exporter', refusals.exporter, exportKinds);

/** An exporter at work. */
export interface RunningExporter {
  /** What became of its exports. The registry has the same as `vsr_metrics_export...`. */
  readonly counts: ExportCounts;
  /**
   * Exports what has been recorded up to now. Never rejects; true when it has arrived. The process
   * is held until then.
   *
   * @example
   * ```ts
   * import { type Exporter, startExporter } from 'vsr-metrics/export';
   *
   * const printing: Exporter = { name: 'printing', export: ({ takenAt }) => console.log(takenAt) };
   * const running = startExporter(registry, printing);
   * if (!(await running.flush())) console.warn(running.counts);
   * ```
   */
  flush(): Promise<boolean>;
  /** Flushes and ends. Never rejects; true when the last export has arrived. */
  stop(): Promise<boolean>;
}

/**
 * Gives an exporter a snapshot at every interval.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { startExporter } from 'vsr-metrics/export';
 * import { renderPrometheus } from 'vsr-metrics/exposition';
 *
 * const running = startExporter(
 *   registry,
 *   {
 *     name: 'textfile',
 *     export: (snapshot) =>
 *       writeFile('/var/lib/node_exporter/replica.prom', renderPrometheus(snapshot)),
 *   },
 *   { everyMs: 15_000 },
 * );
 * process.once('SIGTERM', () => void running.stop());
 * ```
 * @throws ExporterError when an option does not fit; RegistryError when the registry is closed
 */
export function startExporter(
  source: SnapshotSource,
  exporter: Exporter,
  options: ExportOptions = {},
): RunningExporter {
  checkOptions(options);
  const { everyMs = 10_000, keep = 10, stopTimeoutMs = 10_000 } = options;
  const driver = new ExportDriver(source, exporter, keep, stopTimeoutMs);
  driver.run(everyMs);
  return driver;
}

/** How long the end of a program waits for its last exports. */
const mostMsBeforeExit = 1000;

class ExportDriver implements RunningExporter {
  readonly #source: SnapshotSource;
  readonly #exporter: Exporter;
  readonly #keep: number;
  readonly #stopTimeoutMs: number;
  readonly #meter: ExportMeter;
  readonly #queue: Snapshot[] = [];
  #stopSnapshots: () => void = () => undefined;
  // Everything that is asked of the exporter, one thing after the other.
  #work: Promise<unknown> = Promise.resolve();
  #isExporting = false;
  #isStarted = false;
  #lastSucceeded = true;
  #hasWarned = false;
  #stopping: Promise<boolean> | undefined;

  constructor(source: SnapshotSource, exporter: Exporter, keep: number, stopTimeoutMs: number) {
    this.#source = source;
    this.#exporter = exporter;
    this.#keep = keep;
    this.#stopTimeoutMs = stopTimeoutMs;
    this.#meter = this.#openMeter();
  }

  get counts(): ExportCounts {
    return this.#meter.counts;
  }

  run(everyMs: number): void {
    flushBeforeExit(this);
    const { onSnapshot } = this.#source;
    if (onSnapshot === undefined) {
      const timer = setInterval(() => this.#takeSnapshot(), everyMs).unref();
      this.#stopSnapshots = () => clearInterval(timer);
    } else {
      const schedule = { everyMs, keep: this.#keep };
      const offer = (snapshot: Snapshot): void => this.#offer(snapshot);
      this.#stopSnapshots = onSnapshot.call(this.#source, schedule, offer);
    }
    this.#then(() => this.#start().catch((error) => this.#fail(error, 0)));
  }

  flush(): Promise<boolean> {
    if (this.#stopping !== undefined) return this.#stopping;
    return this.#withinTimeout(this.#flush());
  }

  /** As far as that goes quickly: nobody waits for it, and the process must not hang. */
  async flushBeforeExit(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, Math.min(mostMsBeforeExit, this.#stopTimeoutMs));
    });
    await Promise.race([this.#flush(), patience]);
    clearTimeout(timer);
  }

  stop(): Promise<boolean> {
    this.#stopSnapshots();
    running.delete(this);
    this.#stopping ??= this.#withinTimeout(this.#flush().finally(() => this.#stop()));
    return this.#stopping;
  }

  // ---- snapshots ----

  #takeSnapshot(): boolean {
    try {
      this.#offer(this.#source.snapshot());
      return true;
    } catch (error) {
      // A file that has been deleted, for one. It may come back.
      this.#fail(error, 0);
      return false;
    }
  }

  #offer(snapshot: Snapshot): void {
    this.#queue.push(snapshot);
    if (this.#queue.length > this.#keep) {
      this.#queue.shift();
      this.#meter.skipped();
    }
    if (this.#isExporting) return;
    this.#isExporting = true;
    this.#then(async () => {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        await this.#export(next);
      }
      this.#isExporting = false;
    });
  }

  // ---- the exporter ----

  #then<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#work.then(task);
    this.#work = result;
    return result;
  }

  async #start(): Promise<void> {
    if (this.#isStarted) return;
    await this.#exporter.start?.(this.#meter);
    this.#isStarted = true;
  }

  async #export(snapshot: Snapshot): Promise<void> {
    const began = performance.now();
    try {
      await this.#start();
      await this.#exporter.export(snapshot);
      this.#meter.succeeded(performance.now() - began);
      this.#lastSucceeded = true;
    } catch (error) {
      this.#fail(error, performance.now() - began);
    }
  }

  #flush(): Promise<boolean> {
    if (!this.#takeSnapshot()) return Promise.resolve(false);
    return this.#then(async () => {
      try {
        await this.#exporter.flush?.();
      } catch (error) {
        this.#fail(error, 0);
      }
      return this.#lastSucceeded;
    });
  }

  #stop(): Promise<void> {
    return this.#then(async () => {
      try {
        await this.#exporter.stop?.();
      } catch (error) {
        this.#warn(error);
      }
    });
  }

  /** What `ending` says, or false when it takes too long. The timer holds the process meanwhile. */
  async #withinTimeout(ending: Promise<boolean>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        this.#warn(new Error(`it had not ended after ${this.#stopTimeoutMs} ms`));
        resolve(false);
      }, this.#stopTimeoutMs);
    });
    const arrived = await Promise.race([ending, timeout]);
    clearTimeout(timer);
    return arrived;
  }

  // ---- what goes wrong ----

  /** Without room in the registry the exporter works all the same, and is counted here alone. */
  #openMeter(): ExportMeter {
    const { name } = this.#exporter;
    try {
      return new ExportMeter(this.#source, name);
    } catch (error) {
      this.#warn(error);
      return new ExportMeter({}, name);
    }
  }

  #fail(error: unknown, milliseconds: number): void {
    this.#meter.failed(milliseconds);
    this.#lastSucceeded = false;
    this.#warn(error);
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { name } = this.#exporter;
    process.emitWarning(
      `exporter ${name}: ${describe(error)}; further failures are only counted, in ` +
        `vsr_metrics_exports_total{exporter="${name}",outcome="failure"}`,
      { type: 'VsrMetricsWarning', code: 'VSR_METRICS_EXPORT' },
    );
  }
}

/** Those that have not been stopped. */
const running = new Set<ExportDriver>();
let isWatching = false;

/** A program that has nothing left to do ends once what it recorded last has been exported. */
function flushBeforeExit(driver: ExportDriver): void {
  running.add(driver);
  if (isWatching) return;
  isWatching = true;
  process.once('beforeExit', () => {
    isWatching = false;
    for (const each of running) void each.flushBeforeExit();
  });
}

// An exporter may throw anything, also what refuses to become a string.
function describe(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
