import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { familyInfo, seriesLabels } from '../../../lib/core/region/described.js';
import type { DescribedFamily } from '../../../lib/core/region/native.js';
import { createRegistry, RegistryError, readRegistry } from '../../../lib/index.js';
import { proofCatalogue } from '../../prove/catalogue.js';

const sound = { kind: 'counter', help: 'x', labels: ['a'], combine: 'last', digits: 0 };

function described(description: object, rest: Partial<DescribedFamily> = {}): DescribedFamily {
  return {
    isFamily: true,
    name: 'thing_total',
    description: JSON.stringify({ ...sound, ...description }),
    scale: 1,
    baseIndex: 0,
    cellCount: 0,
    shift: 0,
    bounds: new Float64Array(),
    ...rest,
  };
}

describe('what a region says of its families', () => {
  const wrong: readonly (readonly [string, object, Partial<DescribedFamily>?])[] = [
    ['no metric name: "a b"', {}, { name: 'a b' }],
    ['no metric name: "a\\n# EOF"', {}, { name: 'a\n# EOF' }],
    ['of no known kind: "meter"', { kind: 'meter' }],
    ['of no known kind: undefined', { kind: undefined }],
    ['the help of thing_total is no text: 7', { help: 7 }],
    ['the unit of thing_total is no word: "s\\n"', { unit: 's\n' }],
    ['no list of labels', { labels: 'ab' }],
    ['has no valid name', { labels: ['a"b'] }],
    ['"le" is reserved', { labels: ['le'] }],
    ['a label of thing_total has no name: 1', { labels: [1] }],
    ['has a label twice', { labels: ['a', 'a'] }],
    ['do not ascend', {}, { bounds: Float64Array.of(1, 1) }],
    ['do not ascend', {}, { bounds: Float64Array.of(NaN) }],
    ['of no known kind: undefined', {}, { description: 'null' }],
    ['JSON', {}, { description: '{' }],
  ];
  for (const [problem, description, rest] of wrong) {
    it(`is refused: ${problem}`, () => {
      expect(() => familyInfo(described(description, rest))).to.throw(problem.split(':')[0]!);
    });
  }

  it('is taken when it makes sense', () => {
    const info = familyInfo(described({ unit: 'ms' }, { bounds: Float64Array.of(1, 2) }));
    expect(info).to.include({ name: 'thing_total', kind: 'counter', help: 'x', unit: 'ms' });
    expect(info.bounds).to.eql([1, 2]);
    expect(seriesLabels(info, '{"a":"b\\n"}')).to.eql([['a', 'b\n']]);
  });

  it('is refused when labels of a series make no sense', () => {
    const info = familyInfo(described({}));
    expect(() => seriesLabels(info, '{"a\\n":"b"}')).to.throw('no valid name');
    expect(() => seriesLabels(info, '{"a":{"b":"c"}}')).to.throw('a label of thing_total');
  });

  it('is an error of the reader, not a crash', () => {
    const file = `/dev/shm/vsr-metrics-test-${process.pid}-described.metrics`;
    const registry = createRegistry({
      catalogue: proofCatalogue,
      file,
      capacity: { lanes: 1, series: 64, histograms: 1, historyBytes: 0 },
    });
    try {
      const reader = readRegistry(file);
      reader.snapshot();
      registry.close();
      const bytes = readFileSync(file);
      // The native side takes this entry for a counter, its description says it is a gauge.
      const at = bytes.indexOf('"kind":"counter"');
      bytes.write('"kind":"gauge"  ', at);
      writeFileSync(file, bytes);
      expect(() => readRegistry(file).snapshot()).to.throw(
        RegistryError,
        /is damaged: proof_steps_total is not the gauge it claims to be/,
      );
    } finally {
      rmSync(file);
    }
  });
});
