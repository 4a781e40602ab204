// What a registry has room for, and what it says when that is used up.

import { expect } from 'chai';
import type { FamilyDeclaration } from '../../../lib/core/catalogue/types.js';
import {
  type Capacity,
  createRegistry,
  defineCatalogue,
  RegistryError,
  type Snapshot,
} from '../../../lib/index.js';
import { catchWarnings } from '../../support/warnings.js';
import { thrownBy } from '../catalogue/thrown.js';

const labels = { route: 'any' } as const;
const counter = { kind: 'counter', name: 'requests_total', help: 'Requests.', labels } as const;
const histogram = {
  kind: 'histogram',
  name: 'request_seconds',
  help: 'Time.',
  buckets: [0.1, 1],
  labels,
} as const;

function open(family: FamilyDeclaration, capacity: Capacity = {}) {
  const catalogue = defineCatalogue({ name: 'test', families: { family } });
  const registry = createRegistry({ catalogue, capacity });
  const { metrics } = registry as unknown as {
    metrics: { family: { with(labels: object): { inc(): void; record(value: number): void } } };
  };
  return { registry, family: metrics.family };
}

const seriesOf = (snapshot: Snapshot, name: string) => snapshot.family(name)!.series.length;

describe('capacity', () => {
  it('has room for all histograms that the catalogue declares', () => {
    const routes = 1500;
    const { registry, family } = open({ ...histogram, maxSeries: routes });
    const warnings = catchWarnings(() => {
      for (let route = 0; route < routes; route++) family.with({ route: `${route}` }).record(0.5);
    });
    expect(warnings).to.deep.equal([]);
    const snapshot = registry.snapshot();
    expect(seriesOf(snapshot, histogram.name)).to.equal(routes);
    expect(snapshot.family('vsr_metrics_overflowed_total')!.series).to.deep.equal([]);
    registry.close();
  });

  it('has room for all series that the catalogue declares', () => {
    const { registry, family } = open({ ...counter, maxSeries: 20_000 });
    for (let route = 0; route < 20_000; route++) family.with({ route: `${route}` }).inc();
    expect(seriesOf(registry.snapshot(), counter.name)).to.equal(20_000);
    registry.close();
  });

  it('holds labels of 1,000 characters where it is asked to', () => {
    const series = 2000;
    const long = (route: number) => `${route}`.padEnd(1000, 'x');
    const room = { series, labelBytes: 2048 * series };
    const { registry, family } = open({ ...counter, maxSeries: series }, room);
    for (let route = 0; route < series; route++) family.with({ route: long(route) }).inc();
    const snapshot = registry.snapshot();
    expect(seriesOf(snapshot, counter.name)).to.equal(series);
    expect(snapshot.value(counter.name, { route: long(series - 1) })).to.equal(1);
    registry.close();
  });

  for (const [space, family, capacity, remedy] of [
    ['maxSeries', { ...counter, maxSeries: 5 }, {}, /as many series as it may \(5\).*maxSeries/],
    ['series', counter, { series: 10 }, /no room for another series.*capacity\.series/],
    ['histograms', histogram, { histograms: 3 }, /another histogram.*capacity\.histograms/],
    ['labelBytes', counter, { labelBytes: 20_000 }, /text of more labels.*capacity\.labelBytes/],
  ] as const) {
    it(`says once what raises it when it is used up: ${space}`, () => {
      const opened = open(family, capacity);
      const warnings = catchWarnings(() => {
        for (let route = 0; route < 500; route++) {
          const recorder = opened.family.with({ route: `${route}`.padEnd(200, 'x') });
          if (family.kind === 'counter') recorder.inc();
          else recorder.record(1);
        }
      }).filter(({ message }) => message.startsWith(family.name));
      expect(warnings.map(({ code }) => code)).to.deep.equal(['VSR_METRICS_OVERFLOWED']);
      expect(warnings[0]!.message).to.match(remedy);
      const snapshot = opened.registry.snapshot();
      const { series } = snapshot.family(family.name)!;
      const counts = series.map((one) => snapshot.read(one)?.count ?? snapshot.values[one.offset]!);
      expect(counts.reduce((sum, count) => sum + count)).to.equal(500);
      opened.registry.close();
    });
  }

  it('counts what shares a series, by what was used up', () => {
    const { registry, family } = open({ ...histogram, maxSeries: 50 }, { histograms: 3 });
    catchWarnings(() => {
      for (let route = 0; route < 50; route++) family.with({ route: `${route}` }).record(1);
    });
    const reason = { metric: histogram.name, reason: 'histograms' };
    const shared = registry.snapshot().value('vsr_metrics_overflowed_total', reason);
    const other = registry.snapshot().histogram(histogram.name, { route: '_other' })!.count;
    expect(shared).to.equal(other);
    registry.close();
  });

  it('that is less than the catalogue needs is refused at set-up, with the option', () => {
    const cases: [Capacity, RegExp][] = [
      [{ series: 3 }, /capacity\.series .*given 3; allowed: a whole number from \d+ /],
      [{ labelBytes: 5 }, /capacity\.labelBytes .*given 5; allowed: a whole number from \d+ /],
      [{ labelbytes: 5 } as Capacity, /no option "capacity\.labelbytes"; .*labelBytes/],
    ];
    for (const [capacity, message] of cases) {
      const error = thrownBy(() => open(counter, capacity));
      expect(error).to.be.instanceOf(RegistryError);
      expect(error.code).to.equal('VSR_METRICS_REGISTRY_OPTIONS');
      expect(error.message).to.match(message);
    }
  });
});
