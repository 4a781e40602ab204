// The functions that take one series over a range at a time.

import type { FunctionName } from '../functions.js';
import {
  averageOver,
  changesOver,
  countOver,
  extremeOver,
  firstOver,
  lastOver,
  lineThrough,
  quantileOver,
  resetsOver,
  sumOver,
  varianceOver,
} from './over-time.js';
import { extrapolated, instantGrowth, type Outcome } from './rates.js';
import type { Window } from './window.js';

/** The window holds a sample or more; the parameter is that of quantile_over_time and predict_linear. */
export type RangeFunction = (window: Window, parameter: number) => Outcome;

export const rangeFunctions: Partial<Readonly<Record<FunctionName, RangeFunction>>> = {
  avg_over_time: averageOver,
  changes: changesOver,
  count_over_time: countOver,
  delta: (window) => extrapolated(window, false, false),
  // Any time would do; a near one keeps the numbers small.
  deriv: (window) => lineThrough(window, window.times[window.start]!)?.slope,
  first_over_time: firstOver,
  idelta: (window) => instantGrowth(window, false),
  increase: (window) => extrapolated(window, true, false),
  irate: (window) => instantGrowth(window, true),
  last_over_time: lastOver,
  max_over_time: (window) => extremeOver(window, true),
  min_over_time: (window) => extremeOver(window, false),
  predict_linear: (window, seconds) => {
    const line = lineThrough(window, window.time);
    return line === undefined ? undefined : line.slope * seconds + line.value;
  },
  present_over_time: () => 1,
  quantile_over_time: quantileOver,
  rate: (window) => extrapolated(window, true, true),
  resets: resetsOver,
  stddev_over_time: (window) => {
    const variance = varianceOver(window);
    return variance === undefined ? undefined : Math.sqrt(variance);
  },
  stdvar_over_time: varianceOver,
  sum_over_time: sumOver,
};

/** Those whose result is a sample as it was, which keeps the name of its metric. */
export function keepsName(name: string): boolean {
  return name === 'last_over_time' || name === 'first_over_time';
}
