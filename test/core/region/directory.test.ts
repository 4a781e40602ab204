import { expect } from 'chai';
import { Directory } from '../../../lib/core/region/directory.js';
import {
  addon,
  layout,
  type NativeRegion,
  type ReadableRegion,
} from '../../../lib/core/region/native.js';
import { createRegistry, defineCatalogue } from '../../../lib/index.js';

const catalogue = defineCatalogue({
  name: 'directory',
  families: {
    sent: { name: 'sent_total', kind: 'counter', help: 'Sent.', labels: { to: 'any' } },
    size: { name: 'size_bytes', kind: 'gauge', help: 'Size.' },
  },
});

function open() {
  const registry = createRegistry({ catalogue });
  const region = new addon.Region({ attach: registry.share().path });
  let asked = 0;
  const counting = {
    createdMilliseconds: region.createdMilliseconds,
    describe(first: number, limit: number) {
      asked += limit;
      return region.describe(first, limit);
    },
    snapshot: () => region.snapshot(),
    history: (...range: Parameters<NativeRegion['history']>) => region.history(...range),
    forgetHistory: () => region.forgetHistory(),
  } satisfies ReadableRegion;
  const directory = new Directory(counting);
  const tenants = () =>
    directory
      .layoutOf(region.snapshot())
      .families.find(({ info }) => info.name === 'sent_total')!
      .series.map(({ info }) => Object.fromEntries(info.labels).to)
      .sort();
  const askedFor = (look: () => unknown) => {
    asked = 0;
    look();
    return asked;
  };
  return { registry, region, directory, tenants, askedFor };
}

describe('Directory', () => {
  it('asks for what is new, and for nothing twice', () => {
    const { registry, tenants, askedFor } = open();
    const { sent } = registry.metrics;
    for (let index = 0; index < 100; index++) sent.with({ to: `${index}` });
    expect(askedFor(tenants)).to.be.above(100);
    expect(askedFor(tenants)).to.equal(0);
    sent.with({ to: 'late' });
    expect(askedFor(tenants)).to.equal(1);
    sent.remove({ to: '7' });
    expect(askedFor(tenants)).to.equal(0);
    expect(tenants()).to.have.length(100);
    registry.close();
  });

  it('remembers where nothing is: what appears behind it is asked for alone', () => {
    const { registry, region, directory, askedFor } = open();
    const { sent } = registry.metrics;
    for (let index = 0; index < 20; index++) sent.with({ to: `${index}` });
    // As if the fifth slot had been taken by a thread that died before it made anything of it.
    const frameWithHole = () => {
      const frame = region.snapshot();
      frame.states[5] = 0;
      return frame;
    };
    directory.layoutOf(frameWithHole());
    sent.with({ to: 'late' });
    expect(askedFor(() => directory.layoutOf(frameWithHole()))).to.equal(1);
    registry.close();
  });

  it('knows a series from another one that had its slot before', () => {
    const { registry, region, directory, tenants } = open();
    const { sent } = registry.metrics;
    for (let index = 0; index < 50; index++) {
      sent.with({ to: `tenant-${index}` }).inc(index);
      expect(tenants()).to.eql([`tenant-${index}`]);
      sent.remove({ to: `tenant-${index}` });
    }
    const { states, generations } = region.snapshot();
    // They did take turns.
    expect(states.length).to.be.below(30);
    expect(Math.max(...generations)).to.be.above(5);
    // A frame that is older than what is known by now has no labels for it.
    sent.with({ to: 'before' });
    const older = region.snapshot();
    const slot = older.states.lastIndexOf(layout.stateLive);
    const other = {
      ...older,
      generations: older.generations.map((each, at) => each + Number(at === slot)),
    };
    const names = (frame: typeof older) =>
      directory
        .layoutOf(frame)
        .families.flatMap(({ series }) => series.map(({ info }) => info.slot));
    expect(names(older)).to.include(slot);
    expect(names(other)).not.to.include(slot);
    registry.close();
  });
});
