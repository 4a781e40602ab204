import { expect } from 'chai';
import { LabelPairs } from '../../../lib/core/region/label-pairs.js';

describe('labels that come again', () => {
  it('are the same pair in every series that has them', () => {
    const pairs = new LabelPairs();
    const first = pairs.share([
      ['method', 'GET'],
      ['tenant', 'a'],
    ]);
    const second = pairs.share([
      ['method', 'GET'],
      ['tenant', 'b'],
    ]);
    expect(second[0]).to.equal(first[0]);
    expect(second).to.deep.equal([
      ['method', 'GET'],
      ['tenant', 'b'],
    ]);
  });

  it('are told apart by their names', () => {
    const pairs = new LabelPairs();
    const labels = [
      ['from', 'a'],
      ['to', 'a'],
    ] as const;
    expect(pairs.share(labels)).to.deep.equal(labels);
  });

  it('are not remembered without end', () => {
    const pairs = new LabelPairs();
    const first = pairs.share([['tenant', '0']]);
    for (let tenant = 1; tenant <= 1000; tenant++) pairs.share([['tenant', `${tenant}`]]);
    const again = pairs.share([['tenant', '0']]);
    expect(again).to.deep.equal(first);
    expect(again[0]).not.to.equal(first[0]);
  });
});
