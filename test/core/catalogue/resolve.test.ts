import { expect } from 'chai';
import fc from 'fast-check';
import { defineCatalogue } from '../../../lib/core/catalogue/define.js';
import { type ResolveOptions, resolveCatalogue } from '../../../lib/core/catalogue/resolve.js';
import { LabelError } from '../../../lib/core/errors.js';
import { thrownBy } from './thrown.js';

const ledger = defineCatalogue({
  name: 'ledger',
  families: {
    transfers: {
      kind: 'counter',
      name: 'ledger_transfers_total',
      help: 'Transfers',
      labels: { node: 'any', outcome: ['ok', 'rejected'], tenant: 'any' },
      maxSeries: 50,
    },
    audits: {
      kind: 'counter',
      name: 'ledger_audits_total',
      help: 'Audits',
      labels: { outcome: ['ok', 'late'], node: 'any' },
    },
    queueDepth: { kind: 'gauge', name: 'ledger_queue_depth', help: 'Queue', combine: 'sum' },
    used: { kind: 'gauge', name: 'ledger_used_bytes', help: 'Used' },
    latency: {
      kind: 'histogram',
      name: 'ledger_latency_ms',
      help: 'Latency',
      buckets: [1, 5],
      digits: 2,
      range: { min: 0.5, max: 60_000 },
    },
    size: { kind: 'histogram', name: 'ledger_size', help: 'Size', unit: 'items', buckets: [1] },
  },
});
const other = defineCatalogue({
  name: 'other',
  families: { other: { kind: 'gauge', name: 'other', help: 'Other', labels: { node: 'any' } } },
});

function labelsOf(options: ResolveOptions, key = 'transfers') {
  const family = resolveCatalogue(ledger, options).find((each) => each.key === key);
  return family?.labels.map(({ name, values, fixed }) => [name, values, fixed]);
}

function refusal(options: unknown) {
  const error = thrownBy(() => resolveCatalogue(ledger, options as ResolveOptions));
  expect(error).to.be.instanceOf(LabelError);
  return `${error.code} ${error.message}`;
}

describe('resolveCatalogue', () => {
  it('fills in every default', () => {
    const families = resolveCatalogue(ledger);
    expect(families.map(({ key }) => key)).to.deep.equal(Object.keys(ledger.families));
    expect(families[0]).to.deep.equal({
      key: 'transfers',
      catalogue: 'ledger',
      kind: 'counter',
      name: 'ledger_transfers_total',
      help: 'Transfers',
      unit: undefined,
      combine: 'sum',
      labels: [
        { name: 'node', values: undefined, fixed: undefined },
        { name: 'outcome', values: ['ok', 'rejected'], fixed: undefined },
        { name: 'tenant', values: undefined, fixed: undefined },
      ],
      bounds: [],
      digits: 0,
      range: undefined,
      maxSeries: 50,
      resource: undefined,
      initial: undefined,
      utf8Names: false,
    });
    const [, audits, queueDepth, used, latency, size] = families;
    expect(audits).to.include({ maxSeries: 1000 });
    expect(queueDepth).to.include({ kind: 'gauge', combine: 'sum', unit: undefined });
    expect(used).to.include({ combine: 'last', unit: 'bytes' });
    expect(latency).to.deep.include({ bounds: [1, 5], digits: 2, unit: 'ms', combine: 'sum' });
    expect(latency?.range).to.deep.equal({ min: 0.5, max: 60_000 });
    expect(size).to.include({ digits: 3, unit: 'items' });
    expect(size?.range).to.deep.equal({ min: 1e-6, max: 1e9 });
  });

  it('puts catalogues one after the other', () => {
    const names = resolveCatalogue([other, ledger]).map(({ catalogue }) => catalogue);
    expect(names).to.deep.equal(['other', ...Array<string>(6).fill('ledger')]);
    expect(resolveCatalogue([])).to.deep.equal([]);
  });

  it('refuses what defineCatalogue did not make', () => {
    for (const input of [{ families: {} }, [ledger, undefined], [null]]) {
      const { code } = thrownBy(() => resolveCatalogue(input as never));
      expect(code).to.equal('VSR_METRICS_CATALOGUE_INVALID');
    }
  });

  it('refuses catalogues that have a key in common, and names both', () => {
    const twin = defineCatalogue({
      name: 'twin',
      families: { used: { kind: 'gauge', name: 'twin_used', help: 'Used' } },
    });
    const error = thrownBy(() => resolveCatalogue([ledger, twin]));
    expect(error.code).to.equal('VSR_METRICS_CATALOGUE_CLASH');
    expect(error.message).to.equal(
      'metric "twin_used": the catalogues "ledger" and "twin" both have the key "used"',
    );
  });

  describe('fixedLabels', () => {
    it('fix a label in each family that declares it, and leave the order', () => {
      const fixedLabels = { node: '7' };
      expect(labelsOf({ fixedLabels })).to.deep.equal([
        ['node', undefined, '7'],
        ['outcome', ['ok', 'rejected'], undefined],
        ['tenant', undefined, undefined],
      ]);
      expect(labelsOf({ fixedLabels }, 'audits')).to.deep.equal([
        ['outcome', ['ok', 'late'], undefined],
        ['node', undefined, '7'],
      ]);
      expect(labelsOf({ fixedLabels }, 'used')).to.deep.equal([]);
    });

    it('accept a value that every closed set has', () => {
      expect(labelsOf({ fixedLabels: { outcome: 'ok' } })?.[1]?.[2]).to.equal('ok');
      expect(refusal({ fixedLabels: { outcome: 'late' } })).to.equal(
        'VSR_METRICS_LABEL_VALUE metric "ledger_transfers_total": the label "outcome" cannot have ' +
          'this value; given "late"; allowed: "ok", "rejected"',
      );
    });

    it('are declared labels with texts', () => {
      expect(refusal({ fixedLabels: { nodes: '7' } })).to.equal(
        'VSR_METRICS_LABEL_UNKNOWN fixedLabels names a label that no family declares; ' +
          'given "nodes"; allowed: "node", "outcome", "tenant"',
      );
      for (const node of [7, undefined, null, '\ud800']) {
        expect(refusal({ fixedLabels: { node } })).to.match(/^VSR_METRICS_LABEL_VALUE/);
      }
      expect(refusal({ fixedLabels: { zone: 'a' }, defaultLabels: { zone: 'a' } })).to.match(
        /no family declares; given "zone"/,
      );
    });
  });

  describe('labelValues', () => {
    it('are added to each closed set of the label', () => {
      const labelValues = { outcome: ['lost'] };
      expect(labelsOf({ labelValues })?.[1]?.[1]).to.deep.equal(['ok', 'rejected', 'lost']);
      expect(labelsOf({ labelValues }, 'audits')?.[0]?.[1]).to.deep.equal(['ok', 'late', 'lost']);
      const fixedLabels = { outcome: 'lost' };
      expect(labelsOf({ labelValues, fixedLabels })?.[1]?.[2]).to.equal('lost');
    });

    it('may be in some of the sets already', () => {
      const labelValues = { outcome: ['late', 'ok'] };
      expect(labelsOf({ labelValues })?.[1]?.[1]).to.deep.equal(['ok', 'rejected', 'late']);
      expect(labelsOf({ labelValues }, 'audits')?.[0]?.[1]).to.deep.equal(['ok', 'late']);
    });

    it('leave the catalogue as it was', () => {
      resolveCatalogue(ledger, { labelValues: { outcome: ['lost'] } });
      expect(ledger.families.transfers.labels.outcome).to.deep.equal(['ok', 'rejected']);
      expect(labelsOf({ labelValues: { outcome: [] } })?.[1]?.[1]).to.deep.equal([
        'ok',
        'rejected',
      ]);
    });

    it('are for labels with a closed set', () => {
      for (const name of ['tenant', 'tenants']) {
        expect(refusal({ labelValues: { [name]: ['a'] } })).to.equal(
          'VSR_METRICS_LABEL_UNKNOWN labelValues names a label that has a closed set in no ' +
            `family; given "${name}"; allowed: "outcome"`,
        );
      }
      expect(refusal({ labelValues: { outcome: 'lost' } })).to.match(/^VSR_METRICS_LABEL_VALUE/);
      for (const outcome of [[''], [7], ['a', 'a']]) {
        const { message } = thrownBy(() =>
          resolveCatalogue(ledger, { labelValues: { outcome: outcome as string[] } }),
        );
        expect(message).to.match(/^metric "ledger_transfers_total": .*"outcome"/);
      }
    });
  });

  describe('defaultLabels', () => {
    it('come last, in every family', () => {
      const defaultLabels = { service: 'bank', zone: '' };
      expect(labelsOf({ defaultLabels })?.slice(3)).to.deep.equal([
        ['service', undefined, 'bank'],
        ['zone', undefined, ''],
      ]);
      expect(labelsOf({ defaultLabels }, 'used')).to.have.length(2);
    });

    it('are none that a family declares, and have valid names and values', () => {
      expect(refusal({ defaultLabels: { tenant: 'a' } })).to.match(
        /"ledger_transfers_total": declares the default label "tenant" itself; .*fixedLabels/,
      );
      expect(refusal({ defaultLabels: { zone: 7 } })).to.match(/^VSR_METRICS_LABEL_VALUE/);
      for (const name of ['le', '__zone', 'a-b', '']) {
        const options = { defaultLabels: { [name]: 'a' } };
        const { code } = thrownBy(() => resolveCatalogue(ledger, options));
        expect(code).to.equal('VSR_METRICS_CATALOGUE_INVALID');
      }
    });
  });

  it('gives the same list for the same input, so that threads agree', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 });
    const options = fc.record({
      fixedLabels: fc.record({ node: value, tenant: value }, { requiredKeys: [] }),
      labelValues: fc.record({ outcome: fc.uniqueArray(value) }, { requiredKeys: [] }),
      defaultLabels: fc.record({ zone: value, service: value }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(options, (each) => {
        const copy = structuredClone(each);
        const first = resolveCatalogue([ledger, other], each);
        expect(each).to.deep.equal(copy);
        expect(resolveCatalogue([ledger, other], copy)).to.deep.equal(first);
      }),
    );
  });
});
