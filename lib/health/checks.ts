// Health checks: each runs at its own interval, on the thread that made it, and is a result whatever
// it does.
//
//   const health = createHealthChecks({ registry });
//   health.add('database', () => database.ping());
//   health.add('mail', () => mailer.ping(), { critical: false });
//   console.log(health.report().status);
//
// A check that throws is unhealthy; one that does not end in time is too, and is not started again
// before it has ended. Timers hold no process alive.

import { closeBefore } from '../core/dependents.js';
import { monotonicMs } from '../core/monotonic.js';
import { flag, type Kinds, number, objectWith, optionsCheck, refusals } from '../core/options.js';
import { HealthMeter } from './metrics.js';
import { type HealthReport, type HealthResult, type HealthStatus, reportOf } from './report.js';
import { type HealthCheck, runCheck } from './run-check.js';

/** What `createHealthChecks` takes. All of it can be told differently for one check. */
export interface HealthChecksOptions {
  /** Gets `health_check_status{check_name}` and `health_check_duration_seconds{check_name}`. */
  readonly registry?: object;
  /** How often checks run: 10,000 ms unless told otherwise. */
  readonly everyMs?: number;
  /** How long a check may take: 2,000 ms unless told otherwise. */
  readonly timeoutMs?: number;
}

/** What `add` takes. */
export interface HealthCheckOptions {
  /** How often it runs: as `createHealthChecks` was told, unless told otherwise. */
  readonly everyMs?: number;
  /** How long it may take: as `createHealthChecks` was told, unless told otherwise. */
  readonly timeoutMs?: number;
  /** `run()` takes a result that is not older for granted: 1,000 ms unless told otherwise. */
  readonly cacheMs?: number;
  /** When a result counts as unknown: after three intervals and the timeout unless told otherwise. */
  readonly staleAfterMs?: number;
  /** Without it the whole is degraded at worst when this fails; true unless told otherwise. */
  readonly critical?: boolean;
}

const time = number(1, 86_400_000, 'milliseconds from 1 to 86400000');

const checkChecksOptions = optionsCheck<HealthChecksOptions>('health checks', refusals.health, {
  registry: objectWith([], 'what createRegistry returned'),
  everyMs: time,
  timeoutMs: time,
});

const checkKinds: Kinds<HealthCheckOptions> = {
  everyMs: time,
  timeoutMs: time,
  cacheMs: number(0, 86_400_000, 'milliseconds from 0 to 86400000'),
  staleAfterMs: time,
  critical: flag,
};

/**
 * A set of health checks, which runs from the first `add` on.
 *
 * @example
 * ```ts
 * import { statfs } from 'node:fs/promises';
 * import { createHealthChecks } from 'vsr-metrics/health';
 *
 * const health = createHealthChecks({ registry, everyMs: 30_000 });
 * health.add('disk', async () => {
 *   const { bavail, blocks } = await statfs('/var/lib/ledger');
 *   return { status: bavail / blocks > 0.05 ? 'healthy' : 'unhealthy' };
 * });
 * health.add('leader', () => ({ status: 'degraded', message: 'no leader is known' }));
 * console.log((await health.run()).status);
 * health.close();
 * ```
 * @throws HealthError when an option does not fit
 */
export function createHealthChecks(options: HealthChecksOptions = {}): HealthChecks {
  return new HealthChecks(options);
}

interface Entry {
  readonly check: HealthCheck;
  readonly options: Required<HealthCheckOptions>;
  readonly timer: NodeJS.Timeout;
  result: HealthResult;
  /** The run that has not ended yet, and whether it has taken too long. */
  running: Promise<void> | undefined;
  isLate: boolean;
}

export class HealthChecks implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(results: readonly HealthResult[]) => void>();
  readonly #defaults: { readonly everyMs: number; readonly timeoutMs: number };
  readonly #meter: HealthMeter;
  readonly #release: () => void;
  #isClosed = false;

  constructor(options: HealthChecksOptions) {
    checkChecksOptions(options);
    const { registry, everyMs = 10_000, timeoutMs = 2000 } = options;
    this.#defaults = { everyMs, timeoutMs };
    this.#meter = new HealthMeter(registry);
    this.#release = closeBefore(registry ?? this, 'checks', () => this.close());
  }

  /**
   * Adds a check and starts it at once. It is told by a signal when it has taken too long.
   *
   * @throws HealthError when there is one of that name, or an option does not fit
   */
  add(name: string, check: HealthCheck, options: HealthCheckOptions = {}): this {
    if (typeof name !== 'string' || name === '') {
      throw refusals.health({ problem: 'a health check needs a name', given: name });
    }
    if (typeof check !== 'function' || this.#entries.has(name)) {
      const problem = typeof check === 'function' ? 'is there already' : 'is no function';
      throw refusals.health({ problem: `health check ${JSON.stringify(name)} ${problem}` });
    }
    const whose = `health check ${JSON.stringify(name)}`;
    optionsCheck<HealthCheckOptions>(whose, refusals.health, checkKinds)(options);
    const { everyMs = this.#defaults.everyMs, timeoutMs = this.#defaults.timeoutMs } = options;
    const { cacheMs = 1000, critical = true } = options;
    const { staleAfterMs = 3 * everyMs + timeoutMs } = options;
    const entry: Entry = {
      check,
      options: { everyMs, timeoutMs, cacheMs, staleAfterMs, critical },
      timer: setInterval(() => this.#start(name, entry), everyMs).unref(),
      result: {
        ...found('unknown', 'it has not run yet'),
        name,
        critical,
        durationMs: 0,
        checkedAt: undefined,
        staleAfterMs,
      },
      running: undefined,
      isLate: false,
    };
    this.#entries.set(name, entry);
    this.#start(name, entry);
    return this;
  }

  /** Ends a check; its series go. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    clearInterval(entry.timer);
    this.#entries.delete(name);
    this.#meter.remove(name);
    this.#tell();
  }

  /** Runs all checks whose results are not fresh, and says what they found. Never rejects. */
  async run(): Promise<HealthReport> {
    const runs = Array.from(this.#entries, ([name, entry]) => {
      const { checkedMonotonic } = entry.result;
      const isFresh =
        checkedMonotonic !== undefined && monotonicMs() - checkedMonotonic <= entry.options.cacheMs;
      return isFresh ? undefined : this.#start(name, entry);
    });
    await Promise.all(runs);
    return this.report();
  }

  /** What the checks found when they last ran. */
  report(): HealthReport {
    return reportOf(this.results(), Date.now());
  }

  results(): readonly HealthResult[] {
    return Array.from(this.#entries.values(), ({ result }) => result);
  }

  /**
   * Calls `listener` with all results whenever one is new.
   *
   * @returns a function that ends it
   */
  onResults(listener: (results: readonly HealthResult[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all checks; closing their registry does so too. What they found last can still be read. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#release();
    for (const { timer } of this.#entries.values()) clearInterval(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Until the run has ended, or has taken too long. */
  #start(name: string, entry: Entry): Promise<void> {
    if (entry.running === undefined) {
      entry.running = this.#run(name, entry);
    } else if (entry.isLate) {
      // It hangs still: what was found then holds now.
      entry.result = { ...entry.result, ...checkedNow() };
      this.#tell();
    }
    return entry.running;
  }

  async #run(name: string, entry: Entry): Promise<void> {
    const { outcome, ended } = runCheck(entry.check, entry.options.timeoutMs);
    // Not before a check that hangs has ended is it asked again.
    void ended.then(() => {
      entry.running = undefined;
      entry.isLate = false;
    });
    const what = await outcome;
    entry.isLate = entry.running !== undefined;
    if (this.#entries.get(name) !== entry) return;
    entry.result = { ...entry.result, ...what, ...checkedNow() };
    if (!this.#isClosed) this.#meter.record(entry.result);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.results());
  }
}

function found(status: HealthStatus, message: string) {
  return { status, message, details: {} };
}

function checkedNow() {
  return { checkedAt: Date.now(), checkedMonotonic: monotonicMs() };
}
