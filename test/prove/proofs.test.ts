import { expect } from 'chai';
import { needPrometheus } from '../exposition/programs.js';
import { needEngine } from '../promql/engine.js';
import { longProofs, proofs } from './index.js';

describe('proofs, in their short form', () => {
  // What measures time is a gate: test/gate.
  for (const proof of [...proofs, ...longProofs].filter(({ name }) => name !== 'budget')) {
    // A sanitizer keeps freed memory back, so how much is resident says nothing there; a server that
    // scrapes, one that is scraped, and what a load counts are the same everywhere.
    const mark = ['memory', 'label-sets', 'http', 'prometheus', 'vsr-load'].includes(proof.name)
      ? ' @slow'
      : '';
    it(`${proof.name}: ${proof.claim}${mark}`, async function () {
      this.timeout(120_000);
      if (proof.name === 'prometheus') await needPrometheus(this);
      if (proof.name === 'promql') await needEngine(this);
      const figures = await proof.run('short', () => undefined);
      expect(Object.values(figures)).to.satisfy((values: number[]) => values.some((n) => n > 0));
    });
  }
});
