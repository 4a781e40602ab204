import { expect } from 'chai';
import { proofs } from './index.js';

describe('proofs, in their short form', () => {
  for (const proof of proofs) {
    it(`${proof.name}: ${proof.claim}`, async function () {
      this.timeout(120_000);
      const figures = await proof.run('short', () => undefined);
      expect(Object.values(figures)).to.satisfy((values: number[]) => values.some((n) => n > 0));
    });
  }
});
