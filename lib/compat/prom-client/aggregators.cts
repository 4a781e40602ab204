// How values of several workers become one.

import type { Reading, Value } from './types.cjs';

type Aggregator = (readings: readonly Reading[]) => Reading | undefined;

/** An aggregator from a function that makes one number of all values with the same labels. */
function aggregatorOf(combine: (values: readonly Value[]) => number): Aggregator {
  return (readings) => {
    const [first] = readings;
    if (first === undefined) return undefined;
    const { help, name, type, aggregator } = first;
    const alike = new Map<string, Value[]>();
    for (const value of readings.flatMap(({ values }) => values)) {
      const pairs = Object.entries(value.labels).filter(([, text]) => text !== undefined);
      const key = JSON.stringify([value.metricName, pairs.map(([k, v]) => [k, `${v}`]).sort()]);
      const group = alike.get(key);
      if (group === undefined) alike.set(key, [value]);
      else group.push(value);
    }
    const values = [...alike.values()].map((group) => {
      const { labels, metricName } = group[0]!;
      const value = combine(group);
      return metricName ? { value, labels, metricName } : { value, labels };
    });
    return { help, name, type, values, aggregator };
  };
}

const numbers = (values: readonly Value[]) => values.map(({ value }) => value);
const sum = (values: readonly Value[]) => values.reduce((total, { value }) => total + value, 0);

const aggregators = {
  sum: aggregatorOf(sum),
  first: aggregatorOf(([first]) => first!.value),
  omit: (): undefined => undefined,
  average: aggregatorOf((values) => sum(values) / values.length),
  min: aggregatorOf((values) => Math.min(...numbers(values))),
  max: aggregatorOf((values) => Math.max(...numbers(values))),
};

export = aggregators;
