// The families of a vsr-metrics registry as metrics of a prom-client registry, of either package.
//
//   bridge(registry, client.register); // from now on one /metrics shows both

import families = require('./family-metric.cjs');

import type { CoreFamily, CoreSnapshot } from './core-snapshot.cjs';
import type { AnyMetric, AnyRegistry } from './types.cjs';

interface SnapshotSource {
  snapshot(): CoreSnapshot;
}

function bridge(source: SnapshotSource, registry: AnyRegistry): void {
  let held: CoreSnapshot | undefined;
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
  const names = new Set<string>();
  const metrics = new Set<AnyMetric>();
  const add = ({ info }: CoreFamily) => {
    names.add(info.name);
    const metric = families.metricOf(info, snapshot);
    registry.registerMetric(metric);
    metrics.add(metric);
  };
  for (const family of source.snapshot().families) add(family);

  // A registry of either package asks itself for this list in every scrape: the moment to look for
  // families that the source has got since.
  const list = registry.getMetricsAsArray;
  registry.getMetricsAsArray = () => {
    const listed = list.call(registry);
    const wasCleared = metrics.size > 0 && !listed.some((metric) => metrics.has(metric));
    if (wasCleared) return listed;
    const added = snapshot().families.filter(({ info }) => !names.has(info.name));
    for (const family of added) {
      try {
        add(family);
      } catch (error) {
        // A scrape must not fail for a name that is taken.
        const code = 'VSR_METRICS_PROM_CLIENT';
        const message = `bridge: ${(error as Error).message}`;
        process.emitWarning(message, { type: 'VsrMetricsWarning', code });
      }
    }
    return added.length === 0 ? listed : list.call(registry);
  };
}

export = bridge;
