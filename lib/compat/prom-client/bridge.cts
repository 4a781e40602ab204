// The families of a vsr-metrics registry as metrics of a prom-client registry, of either package.
//
//   bridge(registry, client.register); // from now on one /metrics shows both

import type { AnyMetric, AnyRegistry, Value } from './types.cjs';

/** What is read of a snapshot: see vsr-metrics. */
interface Family {
  readonly info: {
    readonly name: string;
    readonly help: string;
    readonly kind: 'counter' | 'gauge' | 'histogram';
    readonly bounds: readonly number[];
  };
  readonly series: readonly {
    readonly info: { readonly labels: readonly (readonly [string, string])[] };
    readonly offset: number;
  }[];
}

interface Snapshot {
  readonly families: readonly Family[];
  readonly values: Float64Array;
  family(name: string): Family | undefined;
}

interface SnapshotSource {
  snapshot(): Snapshot;
}

function bridge(source: SnapshotSource, registry: AnyRegistry): void {
  let held: Snapshot | undefined;
  // One for all families of a scrape: they are asked one after the other.
  const snapshot = () => {
    if (held === undefined) {
      held = source.snapshot();
      queueMicrotask(() => {
        held = undefined;
      });
    }
    return held;
  };
  for (const { info } of source.snapshot().families) {
    registry.registerMetric(metricOf(info, snapshot));
  }
}

function metricOf(info: Family['info'], snapshot: () => Snapshot): AnyMetric {
  // Registries of OpenMetrics change the name that they show.
  const { name: family, help, kind: type } = info;
  return {
    name: family,
    help,
    type,
    get() {
      const { series = [] } = snapshot().family(family) ?? {};
      const { values } = snapshot();
      const shown = series.flatMap(({ info: { labels }, offset }) =>
        samplesOf(info, Object.fromEntries(labels), values.subarray(offset)),
      );
      return { name: this.name, help, type, values: shown, aggregator: 'sum' };
    },
    // What is recorded there is reset there.
    reset: () => undefined,
  };
}

function samplesOf(
  { name, kind, bounds }: Family['info'],
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

export = bridge;
