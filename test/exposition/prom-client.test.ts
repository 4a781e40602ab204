import { expect } from 'chai';
import * as client from 'prom-client';
import type { Catalogue } from '../../lib/core/catalogue/types.js';
import { renderPrometheus } from '../../lib/exposition/index.js';
import { allCatalogues, eventsFor, labelSets, openRegistry, record } from './filled.js';

/** The same families, and the same events, in prom-client. */
function promClientRegistry(catalogue: Catalogue): client.Registry {
  const registry = new client.Registry();
  const metrics = new Map<string, client.Counter | client.Gauge | client.Histogram>();
  for (const [key, family] of Object.entries(catalogue.families)) {
    const { name, help } = family;
    const labelNames = Object.keys(family.labels ?? {});
    const common = { name, help, labelNames, registers: [registry] };
    const sets = labelSets(family);
    if (family.kind === 'counter') {
      const counter = new client.Counter(common);
      for (const labels of sets) counter.inc(labels, 0);
      metrics.set(key, counter);
    } else if (family.kind === 'gauge') {
      const gauge = new client.Gauge(common);
      for (const labels of sets) gauge.set(labels, 0);
      metrics.set(key, gauge);
    } else {
      const histogram = new client.Histogram({ ...common, buckets: [...family.buckets] });
      for (const labels of sets) histogram.zero(labels);
      metrics.set(key, histogram);
    }
  }
  for (const { key, labels, value } of eventsFor(catalogue)) {
    const metric = metrics.get(key)!;
    if (metric instanceof client.Counter) metric.inc(labels, value);
    else if (metric instanceof client.Gauge) metric.set(labels, value);
    else metric.observe(labels, value);
  }
  return registry;
}

/** A text by family, each sample with its labels in alphabetical order. */
function byFamily(text: string): Map<string, string> {
  const families = new Map<string, string>();
  for (const block of text.trimEnd().split('\n\n')) {
    const name = /^# HELP (\S+)/.exec(block)![1]!;
    const normal = block.replace(/\{(.*)\}/g, (_, list: string) => {
      const labels = list.match(/\w+="(?:[^"\\]|\\.)*"/g)!;
      return `{${labels.sort().join(',')}}`;
    });
    families.set(name, normal);
  }
  return families;
}

describe('renderPrometheus and prom-client', () => {
  for (const catalogue of allCatalogues) {
    it(`write the same text for every family of ${catalogue.name}`, async () => {
      const registry = openRegistry(catalogue);
      record(registry, eventsFor(catalogue));
      const ours = byFamily(renderPrometheus(registry.snapshot()));
      const theirs = byFamily(await promClientRegistry(catalogue).metrics());
      expect(theirs.size).to.equal(Object.keys(catalogue.families).length);
      for (const [name, text] of theirs) expect(ours.get(name), name).to.equal(text);
    });
  }
});
