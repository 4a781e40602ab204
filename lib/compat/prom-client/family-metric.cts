// One family of a core registry as a metric that a registry of prom-client's kind can show.

import type { CoreExemplar, CoreFamily, CoreSnapshot } from './core-snapshot.cjs';
import type { AnyMetric, ExemplarData, Reading, Value } from './types.cjs';

interface ReadMetric extends AnyMetric {
  get(): Reading;
}

/** `snapshot` gives what is shown; it is asked whenever the metric is. */
function metricOf(info: CoreFamily['info'], snapshot: () => CoreSnapshot): ReadMetric {
  // Registries of OpenMetrics change the name that they show.
  const { name: family, help, kind: type } = info;
  return {
    name: family,
    help,
    type,
    get() {
      const now = snapshot();
      const { series = [] } = now.family(family) ?? {};
      const values = series.flatMap((each) => {
        const labels = Object.fromEntries(each.info.labels);
        const samples = samplesOf(info, labels, now.values.subarray(each.offset));
        for (const { bucket, ...exemplar } of now.exemplars(each)) {
          // Buckets come first, in their order; a counter is its only sample.
          const sample = samples[bucket];
          if (sample !== undefined) sample.exemplar = exemplarOf(exemplar);
        }
        return samples;
      });
      return { name: this.name, help, type, values, aggregator: 'sum' };
    },
    // What is recorded there is reset there.
    reset: () => undefined,
  };
}

function exemplarOf({ labels, value, takenAt }: Omit<CoreExemplar, 'bucket'>): ExemplarData {
  return { labelSet: Object.fromEntries(labels), value, timestamp: takenAt / 1000 };
}

function samplesOf(
  { name, kind, bounds }: CoreFamily['info'],
  labels: Record<string, string>,
  numbers: Float64Array,
): Value[] {
  const [first] = numbers;
  // A gauge that nobody has set.
  if (kind === 'gauge' && Number.isNaN(first)) return [];
  if (kind !== 'histogram') return [{ value: first!, labels }];
  const count = numbers[bounds.length]!;
  const bucket = (le: number | string, value: number): Value => ({
    value,
    metricName: `${name}_bucket`,
    labels: { le, ...labels },
  });
  return [
    ...bounds.map((bound, index) => bucket(bound, numbers[index]!)),
    bucket('+Inf', count),
    { value: numbers[bounds.length + 1]!, metricName: `${name}_sum`, labels },
    { value: count, metricName: `${name}_count`, labels },
  ];
}

export = { metricOf };
