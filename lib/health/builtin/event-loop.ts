// The event loop: how long whatever was due had to wait since the last run.
//
//   health.add('event_loop', eventLoopCheck({ degradedMs: 100 }));

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthCheck } from '../run-check.js';
import { above, checkOptionsOf, findingOf, limit, rounded } from './limits.js';

/** What `eventLoopCheck` takes; nothing is needed. */
export interface EventLoopCheckOptions {
  /** 250 unless told otherwise. */
  readonly degradedMs?: number;
  /** 2,000 unless told otherwise. */
  readonly unhealthyMs?: number;
}

const checkOptions = checkOptionsOf<EventLoopCheckOptions>('event-loop', {
  degradedMs: limit,
  unhealthyMs: limit,
});

// A timer of this period measures; it knows of no shorter delay.
const resolutionMs = 20;

/**
 * A check of the event loop of the thread that makes it: the longest delay since it last ran, or
 * since it was made. While the loop is blocked nothing runs, and the result of the last run grows old.
 *
 * @example
 * ```ts
 * import { createHealthChecks, eventLoopCheck } from 'vsr-metrics/health';
 *
 * createHealthChecks().add('event_loop', eventLoopCheck({ degradedMs: 100, unhealthyMs: 1000 }));
 * ```
 * @throws HealthError when an option does not fit
 */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): HealthCheck {
  checkOptions(options);
  const { degradedMs = 250, unhealthyMs = 2000 } = options;
  // They take turns: one that was reset knows nothing of what began before its first tick.
  const monitors = [0, 1].map(() => monitorEventLoopDelay({ resolution: resolutionMs }));
  let [current, next] = monitors as [IntervalHistogram, IntervalHistogram];
  current.enable();
  // What it measures is from one tick of its timer to the next.
  const delayOf = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return async (signal) => {
    const ended = current;
    next.reset();
    next.enable();
    // After a block this may run before the tick that tells how long it was.
    await delay(3 * resolutionMs, undefined, { signal });
    const [longest, p99, mean] = [ended.max, ended.percentile(99), ended.mean].map(delayOf);
    ended.disable();
    [current, next] = [next, ended];
    const message = `the event loop was late by ${rounded(longest!)} ms at most`;
    return findingOf([above(longest!, degradedMs, unhealthyMs, message)], {
      longest_ms: rounded(longest!),
      p99_ms: rounded(p99!),
      mean_ms: Number.isNaN(mean) ? 0 : rounded(mean!),
    });
  };
}
