// What the page asks for, of every catalogue that there is.

import { expect } from 'chai';
import {
  catalogueDocument,
  historyDocument,
  percentilesDocument,
  valuesDocument,
} from '../../lib/dashboard/documents.js';
import { createRegistry } from '../../lib/index.js';
import { allCatalogues, eventsFor, record } from '../exposition/filled.js';
import { until } from '../support/until.js';

for (const catalogue of allCatalogues) {
  describe(`the documents of the page, of ${catalogue.name}`, () => {
    const registry = createRegistry({ catalogue });
    after(() => registry.close());
    const events = eventsFor(catalogue);

    it('name every family, and say what it is', () => {
      const { families } = catalogueDocument(registry.snapshot(), 'pond');
      const declared = Object.values(catalogue.families);
      const named = new Map(families.map((family) => [family.name, family]));
      for (const { name, kind, help, unit = null, labels = {} } of declared) {
        const { kind: itsKind, help: itsHelp, unit: itsUnit, ...its } = named.get(name)!;
        expect({ itsKind, itsHelp, itsUnit }).to.deep.equal({
          itsKind: kind,
          itsHelp: help,
          itsUnit: unit,
        });
        expect([...its.labels].sort()).to.deep.equal(Object.keys(labels).sort());
      }
    });

    it('have the values of every series, as the snapshot has them', () => {
      record(registry, events);
      const snapshot = registry.snapshot();
      const { families } = valuesDocument(snapshot);
      for (const { family, labels } of events) {
        const { series } = families.find(({ name }) => name === family.name)!;
        const its = series.find((each) =>
          Object.entries(labels).every(([name, value]) => each.labels[name] === value),
        )!;
        if (family.kind !== 'histogram') {
          expect(its).to.have.property('value', snapshot.value(family.name, labels));
          continue;
        }
        const reading = snapshot.histogram(family.name, labels)!;
        expect(its).to.include({ count: reading.count, sum: reading.sum });
        expect((its as { percentiles: object }).percentiles).to.deep.include({
          50: reading.percentile(50),
          99.9: reading.percentile(99.9),
        });
      }
    });

    it('tell what was recorded lately from what was before', () => {
      const earlier = registry.snapshot();
      const histograms = events.filter(({ family }) => family.kind === 'histogram');
      record(registry, histograms);
      const { families } = valuesDocument(registry.snapshot(), earlier);
      for (const { family } of histograms) {
        const { series } = families.find(({ name }) => name === family.name)!;
        for (const each of series as { count: number; recent: { count: number } }[]) {
          expect(each.recent.count).to.equal(each.count / 2);
        }
      }
    });

    it('have a curve of each histogram that ends at its largest value', () => {
      const snapshot = registry.snapshot();
      for (const { family, labels } of events) {
        if (family.kind !== 'histogram') continue;
        const curves = percentilesDocument(snapshot, family.name, labels)!;
        expect(curves.series).to.have.length(1);
        const { points } = curves.series[0]!;
        expect(points.at(-1)!.percentile).to.equal(1);
        const { max } = snapshot.histogram(family.name, labels)!;
        expect(points.at(-1)!.value).to.be.within(max * 0.998, max * 1.002);
      }
      expect(percentilesDocument(snapshot, 'no_such_family', {})).to.equal(undefined);
    });

    it('have the past of every series of a family', async () => {
      const { family, labels } = events.find(({ family }) => family.kind === 'gauge')!;
      const now = registry.snapshot().value(family.name, labels);
      const last = () => registry.history(family.name, { labels }).at(-1)?.value;
      await until(() => last() === now);
      const document = (await historyDocument(registry, family.name, { labels }))!;
      expect(document.series.map((each) => each.points.at(-1)!.value)).to.deep.equal([now]);
    });
  });
}
