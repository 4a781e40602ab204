// Runs an exporter on the snapshots of a registry, or of a file that another process writes.
//
//   const running = startExporter({ registry, exporter, everyMs: 10_000 });
//   await running.flush();     // what was recorded up to now
//   await running.close();     // the same, and the end
//
// Exports never overlap. Snapshots that come while one runs wait, in a queue that drops its oldest.
// Nothing that an exporter throws reaches the program, and nothing here holds its process alive, but for
// a last export when it has nothing left to do. At process.exit() only those can export once more that
// need nobody to wait for it.

import { closeBefore } from '../core/dependents.js';
import {
  type Kinds,
  milliseconds,
  objectWith,
  optionsCheck,
  refusals,
  required,
  whole,
} from '../core/options.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { SnapshotSchedule } from '../core/registry-types.js';
import { type OnWarning, onWarningKind, type Warn, warnerFor } from '../core/warnings.js';
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

/** When exporters export, and whom they warn: what all that start one take. */
export interface ExportOptions {
  /** A registry, or a reader of another process's file. */
  readonly registry: SnapshotSource;
  /** The interval; 10,000 ms unless told otherwise. */
  readonly everyMs?: number | undefined;
  /**
   * How many snapshots wait while the event loop is blocked or the exporter is busy; the oldest give
   * way. 10 unless told otherwise.
   */
  readonly keep?: number | undefined;
  /** `flush` and `close` wait no longer for the exporter; 10,000 ms unless told otherwise. */
  readonly closeTimeoutMs?: number | undefined;
  /** Told once when exports fail; by default whoever the registry tells, else it is a warning of the process. */
  readonly onWarning?: OnWarning | undefined;
}

/** What `startExporter` takes. */
export interface ExporterStart extends ExportOptions {
  readonly exporter: Exporter;
}

export const exportKinds: Kinds<ExportOptions> = {
  registry: required(objectWith(['snapshot'], 'a registry, or a reader of one')),
  everyMs: milliseconds,
  keep: whole(1, 100_000),
  closeTimeoutMs: milliseconds,
  onWarning: onWarningKind,
};

const checkOptions = optionsCheck<ExporterStart>('an exporter', refusals.exporter, {
  ...exportKinds,
  exporter: required(objectWith(['export'], 'an object with a name and export()')),
});

/** An exporter at work. */
export interface RunningExporter extends AsyncDisposable {
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
   * const running = startExporter({ registry, exporter: printing });
   * if (!(await running.flush())) console.warn(running.counts);
   * ```
   */
  flush(): Promise<boolean>;
  /**
   * Flushes and ends; `registry.close()` does it too. Never rejects; true when the last export has
   * arrived.
   */
  close(): Promise<boolean>;
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
 * const running = startExporter({
 *   registry,
 *   exporter: {
 *     name: 'textfile',
 *     export: (snapshot) =>
 *       writeFile('/var/lib/node_exporter/replica.prom', renderPrometheus(snapshot)),
 *   },
 *   everyMs: 15_000,
 * });
 * process.once('SIGTERM', () => void running.close());
 * ```
 * @throws ExporterError when an option does not fit; RegistryError when the registry is closed
 */
export function startExporter(options: ExporterStart): RunningExporter {
  checkOptions(options);
  const driver = new ExportDriver(options);
  driver.run(options.everyMs ?? 10_000);
  return driver;
}

/** How long the end of a program waits for its last exports. */
const mostMsBeforeExit = 1000;

class ExportDriver implements RunningExporter {
  readonly #source: SnapshotSource;
  readonly #exporter: Exporter;
  readonly #keep: number;
  readonly #closeTimeoutMs: number;
  readonly #warnOf: Warn;
  readonly #meter: ExportMeter;
  readonly #queue: Snapshot[] = [];
  #stopSnapshots: () => void = () => undefined;
  // Everything that is asked of the exporter, one thing after the other.
  #work: Promise<unknown> = Promise.resolve();
  #isExporting = false;
  #isStarted = false;
  #lastSucceeded = true;
  #hasWarned = false;
  #closing: Promise<boolean> | undefined;
  #release: () => void = () => undefined;

  constructor({
    registry,
    exporter,
    keep = 10,
    closeTimeoutMs = 10_000,
    onWarning,
  }: ExporterStart) {
    this.#source = registry;
    this.#exporter = exporter;
    this.#keep = keep;
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#warnOf = warnerFor(registry, onWarning);
    this.#meter = this.#openMeter();
  }

  get counts(): ExportCounts {
    return this.#meter.counts;
  }

  run(everyMs: number): void {
    flushAtEnd(this);
    const { onSnapshot } = this.#source;
    if (onSnapshot === undefined) {
      const timer = setInterval(() => this.#takeSnapshot(), everyMs).unref();
      this.#stopSnapshots = () => clearInterval(timer);
    } else {
      const schedule = { everyMs, keep: this.#keep };
      const offer = (snapshot: Snapshot): void => this.#offer(snapshot);
      this.#stopSnapshots = onSnapshot.call(this.#source, schedule, offer);
    }
    this.#release = closeBefore(this.#source, 'exporters', () => this.close());
    this.#then(() => this.#start().catch((error) => this.#fail(error, 0)));
  }

  flush(): Promise<boolean> {
    if (this.#closing !== undefined) return this.#closing;
    return this.#withinTimeout(this.#flush());
  }

  /** As far as that goes quickly: nobody waits for it, and the process must not hang. */
  async flushBeforeExit(): Promise<void> {
    if (this.#closing !== undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, Math.min(mostMsBeforeExit, this.#closeTimeoutMs));
    });
    await Promise.race([this.#flush(), patience]);
    clearTimeout(timer);
  }

  /** What has not been exported so far, where the exporter needs no event loop for it. */
  exportAtExit(): void {
    if (this.#exporter.exportAtExit === undefined) return;
    try {
      this.#exporter.exportAtExit(this.#source.snapshot());
    } catch (error) {
      this.#fail(error, 0);
    }
  }

  close(): Promise<boolean> {
    this.#release();
    this.#stopSnapshots();
    this.#closing ??= this.#withinTimeout(
      this.#flush()
        .finally(() => this.#end())
        .finally(() => running.delete(this)),
    );
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
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
    await this.#exporter.start?.({
      warn: (message) => this.#tell(message),
      dropped: (count) => this.#meter.dropped(count),
      retried: (count) => this.#meter.retried(count),
    });
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

  #end(): Promise<void> {
    return this.#then(async () => {
      try {
        await this.#exporter.close?.();
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
        this.#warn(new Error(`it had not ended after ${this.#closeTimeoutMs} ms`));
        resolve(false);
      }, this.#closeTimeoutMs);
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
    this.#tell(
      `${describe(error)}; further failures are only counted, in ` +
        `vsr_metrics_exports_total{exporter="${name}",outcome="failure"}`,
    );
  }

  #tell(message: string): void {
    const { name } = this.#exporter;
    this.#warnOf({ code: 'VSR_METRICS_EXPORT', message: `exporter ${name}: ${message}` });
  }
}

/** Those that have not been closed. */
const running = new Set<ExportDriver>();
let isWatchingEnd = false;
let isWatchingExit = false;

/**
 * A program that has nothing left to do ends once what it recorded last has been exported; one that
 * calls `process.exit()`, once that has been sent which needs no waiting.
 */
function flushAtEnd(driver: ExportDriver): void {
  running.add(driver);
  if (!isWatchingEnd) {
    isWatchingEnd = true;
    process.once('beforeExit', () => {
      isWatchingEnd = false;
      for (const each of running) void each.flushBeforeExit();
    });
  }
  if (!isWatchingExit) {
    isWatchingExit = true;
    process.once('exit', () => {
      for (const each of running) each.exportAtExit();
    });
  }
}

// An exporter may throw anything, also what refuses to become a string.
function describe(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
