// PromQL: text to tree and back, and what it comes to over series of one's own.
//
//   import { compile, Labels, SeriesList } from 'vsr-metrics/promql';
//
//   const query = compile('sum by (job) (rate(http_requests_total[5m])) > 10');
//   const result = query.evaluate(source, Date.now());

export {
  compile,
  type Query,
  type QueryOptions,
  type QueryResult,
  type ResultElement,
} from './evaluation/compile.js';
export { Labels } from './evaluation/labels.js';
export type { NativeBuckets, NativeHistogram, Series, SeriesSource } from './evaluation/series.js';
export { SeriesList } from './evaluation/series-list.js';
export type * from './expression.js';
export type { LabelMatcher } from './matchers.js';
export { parse } from './parser.js';
export { print } from './printer.js';
export { checkTypes } from './types.js';
export { reachMs, selectorsOf } from './walk.js';
