// Does instrumentation keep to its budget?
//
//   import { measureOverhead } from 'vsr-metrics/budget';
//
//   const report = await measureOverhead({
//     baseline: './handler.js',                    // default export: the operation
//     instrumented: './handler-with-metrics.js',   // the same, instrumented
//     budget: 0.01,
//   });
//   report.verdict;                                // 'within', 'over', 'undecided' or 'biased'
//
// docs/budget.md says how to write the modules and how far the result can be trusted.

export { assertWithinBudget } from './assert.js';
export type { BudgetClock } from './clocks.js';
export { describeOverhead } from './describe.js';
export { measureOverhead, type OverheadReport } from './measure.js';
export type { Operation } from './operations.js';
export type { OverheadOptions, OverheadProgress } from './options.js';
export type { BudgetVerdict, Finding } from './sequential.js';
export type { Interval } from './signed-rank.js';
