import { expect } from 'chai';
import { brokenConventions } from '../../../lib/core/catalogue/conventions.js';
import { defineCatalogue } from '../../../lib/core/catalogue/define.js';
import type { FamilyDeclaration, MetricKind, Waivers } from '../../../lib/core/catalogue/types.js';

function family(kind: MetricKind, name: string, more: object = {}): FamilyDeclaration {
  const buckets = kind === 'histogram' ? { buckets: [1] } : {};
  return { kind, name, help: 'A', ...buckets, ...more } as FamilyDeclaration;
}

function broken(kind: MetricKind, name: string, more?: object): string[] {
  return brokenConventions(family(kind, name, more)).map(([convention]) => convention);
}

describe('conventions', () => {
  it('counters, and only counters, end in _total', () => {
    expect(broken('counter', 'a_total')).to.deep.equal([]);
    expect(broken('counter', 'a')).to.deep.equal(['total-suffix']);
    expect(broken('counter', 'a_totals')).to.deep.equal(['total-suffix']);
    expect(broken('gauge', 'a')).to.deep.equal([]);
    expect(broken('gauge', 'a_total')).to.deep.equal(['total-suffix']);
    expect(broken('histogram', 'a_total')).to.deep.equal(['total-suffix']);
  });

  it('no name ends like a part of another metric', () => {
    for (const suffix of ['_count', '_sum', '_bucket', '_created']) {
      expect(broken('gauge', `a${suffix}`), suffix).to.deep.equal(['reserved-suffix']);
      expect(broken('gauge', `a${suffix}_each`), suffix).to.deep.equal([]);
    }
    expect(broken('gauge', 'a_info')).to.deep.equal([]);
  });

  it('units are base units, written out', () => {
    const base = ['seconds', 'bytes', 'ratio', 'celsius', 'meters', 'volts', 'joules', 'grams'];
    for (const unit of base) expect(broken('gauge', `a_${unit}`), unit).to.deep.equal([]);
    const others = [
      'ms',
      'us',
      's',
      'sec',
      'kb',
      'milliseconds',
      'minutes',
      'kilobytes',
      'percent',
    ];
    for (const unit of [...others, 'bits', 'megabits', 'bytes_per_sec']) {
      expect(broken('gauge', `a_${unit}`), unit).to.deep.equal(['base-unit']);
      expect(broken('counter', `a_${unit}_total`), unit).to.deep.equal(['base-unit']);
    }
    for (const word of ['ms_a', 'a_items', 'a_msx', 'a_kilometer', 'milli_a']) {
      expect(broken('gauge', word), word).to.deep.equal([]);
    }
    const [finding] = brokenConventions(family('gauge', 'a_kilobytes'));
    expect(finding?.[1]).to.equal('a_kilobytes should be in the base unit bytes, not "kilobytes"');
  });

  it('the unit that is declared ends the name', () => {
    expect(broken('gauge', 'a_bytes', { unit: 'bytes' })).to.deep.equal([]);
    expect(broken('counter', 'a_bytes_total', { unit: 'bytes' })).to.deep.equal([]);
    expect(broken('gauge', 'a_lag_operations', { unit: 'operations' })).to.deep.equal([]);
    expect(broken('gauge', 'a', { unit: 'bytes' })).to.deep.equal(['unit-suffix']);
    expect(broken('gauge', 'a_bytes_used', { unit: 'bytes' })).to.deep.equal(['unit-suffix']);
    expect(broken('gauge', 'abytes', { unit: 'bytes' })).to.deep.equal(['unit-suffix']);
  });

  it('names do not say their kind, and are in snake_case', () => {
    expect(broken('gauge', 'a_gauge')).to.deep.equal(['type-in-name']);
    expect(broken('histogram', 'a_Histogram_each')).to.deep.equal(['type-in-name']);
    expect(broken('gauge', 'gauges_a')).to.deep.equal([]);
    expect(broken('gauge', 'queueDepth')).to.deep.equal(['snake-case']);
    expect(broken('gauge', 'job:a')).to.deep.equal(['snake-case']);
    expect(broken('gauge', 'a', { labels: { tenantId: 'any' } })).to.deep.equal(['snake-case']);
  });

  it('labels do not begin with an underscore, and help is there', () => {
    expect(broken('gauge', 'a', { labels: { _b: 'any' } })).to.deep.equal(['reserved-label']);
    expect(broken('gauge', 'a', { labels: { b_: 'any' } })).to.deep.equal([]);
    expect(broken('gauge', 'a', { help: ' ' })).to.deep.equal(['help']);
  });

  it('become warnings of the catalogue, unless they are waived with a reason', () => {
    const families = { a: family('counter', 'a_ms'), b: family('gauge', 'b_total') };
    const warned = (waive: Waivers) =>
      defineCatalogue({ name: 'test', families, waive }).warnings.map(
        ({ metric, convention }) => `${metric}: ${convention}`,
      );
    expect(warned({})).to.deep.equal([
      'a_ms: total-suffix',
      'a_ms: base-unit',
      'b_total: total-suffix',
    ]);
    expect(warned({ a_ms: { 'base-unit': 'why' } })).to.deep.equal([
      'a_ms: total-suffix',
      'b_total: total-suffix',
    ]);
    expect(
      warned({
        a_ms: { 'base-unit': 'why', 'total-suffix': 'why' },
        b_total: { 'total-suffix': 'why' },
      }),
    ).to.deep.equal([]);
  });

  it('warn of waivers that nothing needs', () => {
    const { warnings } = defineCatalogue({
      name: 'test',
      families: { a: family('gauge', 'a') },
      waive: { a: { 'total-suffix': 'why' } },
    });
    expect(warnings).to.deep.equal([
      {
        metric: 'a',
        convention: 'total-suffix',
        message: 'a keeps the convention total-suffix: its waiver can go',
      },
    ]);
  });
});
