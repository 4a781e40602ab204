import { expect } from 'chai';
import { isMet, judge, type Limit, verdictWord } from '../../bench/harness/limits.js';
import type { CaseResult } from '../../bench/harness/types.js';

function result(peer: string, trials: readonly number[]): CaseResult {
  const [lowest, median, highest] = trials as [number, number, number];
  return {
    group: 'counter',
    peer,
    version: '1',
    language: 'JavaScript',
    threads: 1,
    unit: 'ns',
    trials,
    median,
    lowerQuartile: lowest,
    upperQuartile: highest,
    least: lowest,
    verified: 1,
  };
}

const ratio: Limit = {
  what: 'ours / theirs',
  unit: 'x',
  atMost: 0.5,
  measure: (of) => of('counter', 'ours') / of('counter', 'theirs'),
  why: (of) => `theirs takes ${of('counter', 'theirs')}`,
};

describe('benchmark limits', () => {
  it('are met by medians, whatever single trials say', () => {
    const [verdict] = judge([ratio], [result('ours', [4, 5, 90]), result('theirs', [9, 10, 11])]);
    expect(verdict!.measured).to.equal(0.5);
    expect(verdict!.upperQuartile).to.be.above(0.5);
    expect(verdictWord(verdict!)).to.equal('met');
    expect(verdict).to.not.have.property('why');
  });

  it('say why they were missed', () => {
    const [verdict] = judge([ratio], [result('ours', [4, 6, 7]), result('theirs', [9, 10, 11])]);
    expect(verdictWord(verdict!)).to.equal('NOT MET');
    expect(verdict!.why).to.equal('theirs takes 10');
    expect(verdict!.undisturbed).to.be.closeTo(4 / 9, 1e-9);
  });

  it('are neither met nor missed without what they need', () => {
    const [verdict] = judge([ratio], [result('ours', [4, 6, 7])]);
    expect(isMet(verdict!)).to.equal(undefined);
    expect(verdict!.missing).to.equal('theirs: counter');
  });
});
