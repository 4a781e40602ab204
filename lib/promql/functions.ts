// The functions that are supported, by what they take and return.

/** What an expression is: a number, series at a time, series over a time, or text. */
export type ValueType = 'scalar' | 'vector' | 'range' | 'string';

export interface Signature {
  readonly takes: readonly ValueType[];
  /** So many of the last may be left out. */
  readonly optional?: number;
  /** The last may be given again and again. */
  readonly repeats?: boolean;
  readonly returns: ValueType;
}

const ofRange: Signature = { takes: ['range'], returns: 'vector' };
const ofVector: Signature = { takes: ['vector'], returns: 'vector' };
const ofTime: Signature = { takes: ['vector'], optional: 1, returns: 'vector' };
const ofVectorAndScalar: Signature = { takes: ['vector', 'scalar'], returns: 'vector' };

export const functions = {
  abs: ofVector,
  absent: ofVector,
  absent_over_time: ofRange,
  avg_over_time: ofRange,
  ceil: ofVector,
  changes: ofRange,
  clamp: { takes: ['vector', 'scalar', 'scalar'], returns: 'vector' },
  clamp_max: ofVectorAndScalar,
  clamp_min: ofVectorAndScalar,
  count_over_time: ofRange,
  day_of_month: ofTime,
  day_of_week: ofTime,
  day_of_year: ofTime,
  days_in_month: ofTime,
  delta: ofRange,
  deriv: ofRange,
  exp: ofVector,
  first_over_time: ofRange,
  floor: ofVector,
  histogram_avg: ofVector,
  histogram_count: ofVector,
  histogram_quantile: { takes: ['scalar', 'vector'], returns: 'vector' },
  histogram_sum: ofVector,
  hour: ofTime,
  idelta: ofRange,
  increase: ofRange,
  irate: ofRange,
  label_join: {
    takes: ['vector', 'string', 'string', 'string'],
    optional: 1,
    repeats: true,
    returns: 'vector',
  },
  label_replace: {
    takes: ['vector', 'string', 'string', 'string', 'string'],
    returns: 'vector',
  },
  last_over_time: ofRange,
  ln: ofVector,
  log10: ofVector,
  log2: ofVector,
  max_over_time: ofRange,
  min_over_time: ofRange,
  minute: ofTime,
  month: ofTime,
  predict_linear: { takes: ['range', 'scalar'], returns: 'vector' },
  present_over_time: ofRange,
  quantile_over_time: { takes: ['scalar', 'range'], returns: 'vector' },
  rate: ofRange,
  resets: ofRange,
  round: { takes: ['vector', 'scalar'], optional: 1, returns: 'vector' },
  scalar: { takes: ['vector'], returns: 'scalar' },
  sgn: ofVector,
  sqrt: ofVector,
  stddev_over_time: ofRange,
  stdvar_over_time: ofRange,
  sum_over_time: ofRange,
  time: { takes: [], returns: 'scalar' },
  timestamp: ofVector,
  vector: { takes: ['scalar'], returns: 'vector' },
  year: ofTime,
} as const satisfies Readonly<Record<string, Signature>>;

export type FunctionName = keyof typeof functions;

export const functionNames = Object.keys(functions) as readonly FunctionName[];

export function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/** What PromQL has besides, so that a message can tell it from a slip of the pen. */
const unsupported = new Set([
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'cos', 'cosh', 'deg', 'pi', 'rad', 'sin'],
  ...[
    'sinh',
    'tan',
    'tanh',
    'double_exponential_smoothing',
    'holt_winters',
    'end',
    'start',
    'step',
  ],
  ...['histogram_fraction', 'histogram_quantiles', 'histogram_stddev', 'histogram_stdvar', 'info'],
  ...['integral', 'limitk', 'limit_ratio', 'mad_over_time', 'max_of', 'min_of', 'range', 'sort'],
  ...['sort_by_label', 'sort_by_label_desc', 'sort_desc', 'start_timestamp'],
  ...['ts_of_first_over_time', 'ts_of_last_over_time', 'ts_of_max_over_time'],
  ...['ts_of_min_over_time'],
]);

export function isUnsupported(name: string): boolean {
  return unsupported.has(name);
}
