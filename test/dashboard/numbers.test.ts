// How the page says numbers, and what it draws. Its modules are compiled for browsers, and apart from
// the tests: what is tested here is what browsers get.

import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';

interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

interface Track {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

interface Modules {
  formatQuantity(value: number | null | undefined, unit: string): string;
  unitOf(family: { name: string; kind: string; unit: string | null }): string;
  combined(name: string, lines: readonly Line[], how: 'sum' | 'max'): Line;
  linesOf(
    store: object,
    family: object,
    tracks: readonly Track[],
    range: readonly [number, number],
  ): Line[];
}

describe('the numbers of the page', () => {
  let page: Modules;
  /** One that knows no cluster. */
  const store = { values: {} };

  before(async () => {
    const load = (name: string) =>
      import(pathToFileURL(inPackage('dist', 'lib', 'dashboard', 'page', `${name}.js`)).href);
    page = { ...(await load('format')), ...(await load('lines')) } as Modules;
  });

  for (const [value, unit, text] of [
    [0.00042, 'seconds', '420 µs'],
    [59.04, 'seconds', '59 s'],
    [90, 'seconds', '1.5 min'],
    [86.74, 'ms', '86.7 ms'],
    [1530, 'ms', '1.53 s'],
    [0.0000004, 'ms', '0.4 ns'],
    [0, 'ms', '0 ms'],
    [29_260_000, 'bytes', '27.9 MiB'],
    [1023, 'bytes', '1023 B'],
    [2 ** 41, 'bytes_per_sec', '2 TiB/s'],
    [27.949, 'percent', '27.9 %'],
    [499.6, 'per_sec', '500 /s'],
    [12_345, 'per_sec', '12.35k /s'],
    [17, 'operations', '17'],
    [-0.5, 'seconds', '-500 ms'],
    [Number.POSITIVE_INFINITY, 'seconds', '∞'],
    [Number.NaN, 'bytes', '–'],
    [null, 'bytes', '–'],
    [undefined, '', '–'],
  ] as const) {
    it(`say ${value} in ${unit || 'no unit'} as ${text}`, () => {
      expect(page.formatQuantity(value, unit)).to.equal(text);
    });
  }

  it('have the unit that the family declares, or its name says, or the second', () => {
    const unitOf = (name: string, kind: string, unit: string | null = null) =>
      page.unitOf({ name, kind, unit });
    expect(unitOf('vsr_prepare_latency_ms', 'histogram', 'ms')).to.equal('ms');
    expect(unitOf('streambus_bytes_produced_total', 'counter')).to.equal('bytes_per_sec');
    expect(unitOf('kalki_memory_usage_bytes', 'gauge')).to.equal('bytes');
    expect(unitOf('vsr_operations_total', 'counter')).to.equal('per_sec');
    expect(unitOf('vsr_view_number', 'gauge')).to.equal('');
  });

  it('are added up also when they were not taken at the same time', () => {
    const one = { name: 'a', x: [10, 20, 30], y: [1, 2, 3] };
    const other = { name: 'b', x: [12, 22, 60], y: [10, null, 30] };
    const sum = page.combined('all', [one, other], 'sum');
    expect(sum.x).to.deep.equal([10, 12, 20, 22, 30, 60]);
    // A line that has ended adds nothing more, and one that has a gap nothing while it lasts.
    expect(sum.y).to.deep.equal([1, 11, 12, 2, 3, 30]);
    expect(page.combined('all', [one, other], 'max').y).to.deep.equal([1, 10, 10, 2, 3, 30]);
  });

  it('are rates of counters, from nothing again after a restart', () => {
    const points = [100, 150, 170, 30].map((value, index) => ({ at: index * 10_000, value }));
    const track = { labels: { replica_id: '0' }, points };
    const [line] = page.linesOf(store, { kind: 'counter' }, [track], [0, 100]);
    expect(line!.y).to.deep.equal([5, 2, 3]);
  });

  it('are of the largest when there are too many, in an order that stays', () => {
    const tracks = Array.from({ length: 12 }, (_, id) => ({
      labels: { replica_id: String(id), cluster: 'c' },
      points: [{ at: 1000, value: 100 - id }],
    }));
    const lines = page.linesOf(store, { kind: 'gauge' }, tracks.reverse(), [0, 100]);
    const names = lines.slice(0, 8).map(({ name }) => name);
    expect(names).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7].map((id) => `replica ${id}`));
    expect(lines).to.have.length(12);
  });
});
