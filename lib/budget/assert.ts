// A budget as a test. AssertionError is what mocha, node:test and other runners show well.

import { AssertionError } from 'node:assert';
import { adviceOn, describeOverhead, formatPercent } from './describe.js';
import { measureOverhead, type OverheadReport } from './measure.js';
import type { OverheadOptions } from './options.js';

/**
 * Fails unless instrumentation is proven to keep to its budget; takes what `measureOverhead` takes,
 * or what it returned. Give the test more time than `limitSeconds`.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { assertWithinBudget } from 'vsr-metrics/budget';
 *
 * test('metrics cost less than 1 %', { timeout: 120_000 }, async () => {
 *   await assertWithinBudget({
 *     baseline: new URL('./handler.js', import.meta.url),
 *     instrumented: new URL('./handler-with-metrics.js', import.meta.url),
 *     budget: 0.01,
 *   });
 * });
 * ```
 * @throws AssertionError that says overhead, interval, budget, and what to do
 */
export async function assertWithinBudget(
  measured: OverheadOptions | OverheadReport,
): Promise<OverheadReport> {
  const isReport = typeof measured === 'object' && measured !== null && 'verdict' in measured;
  const report = isReport ? measured : await measureOverhead(measured);
  if (report.verdict === 'within') return report;
  throw new AssertionError({
    message: `${describeOverhead(report)}: ${adviceOn(report)}`,
    actual: formatPercent(report.overhead),
    expected: `at most ${formatPercent(report.budget)}`,
    operator: 'assertWithinBudget',
    stackStartFn: assertWithinBudget,
  });
}
