// Names of metrics and labels, and the words that PromQL keeps for itself.

/** What a metric may be called without quotes. */
const plainMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** What a label may be called without quotes. */
const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const aggregations = [
  ...['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar', 'topk', 'bottomk'],
  ...['count_values', 'quantile'],
] as const;

export type AggregationName = (typeof aggregations)[number];

/** Words that are no name of a metric wherever an expression may begin, in any case of letters. */
const reserved = new Set<string>([
  ...aggregations,
  ...['limitk', 'limit_ratio', 'and', 'or', 'unless', 'atan2', 'offset', 'by', 'without', 'on'],
  ...['ignoring', 'group_left', 'group_right', 'bool', 'inf', 'nan', 'fill', 'fill_left'],
  ...['fill_right', 'anchored', 'smoothed', 'start', 'end', 'step', 'range', 'max_of', 'min_of'],
]);

/** Words that PromQL accepts nowhere as the bare name of a metric. */
const neverMetrics = new Set(['bool', 'on', 'ignoring', 'group_left', 'group_right', 'atan2']);

export function isAggregation(name: string): name is AggregationName {
  return (aggregations as readonly string[]).includes(name);
}

/** Whether the name may stand without quotes, and nobody takes it for anything else. */
export function isPlainMetric(name: string): boolean {
  return plainMetric.test(name) && !reserved.has(name.toLowerCase());
}

export function mayNameMetric(word: string): boolean {
  return !neverMetrics.has(word.toLowerCase());
}

/** Whether the name may stand without quotes in a selector and in a grouping. */
export function isPlainLabel(name: string): boolean {
  return plainLabel.test(name) && mayNameLabel(name);
}

/** Words that Prometheus does not take for a label in a grouping: two numbers, and one it forgot. */
export function mayNameLabel(word: string): boolean {
  return !/^(inf|nan|without)$/i.test(word);
}
