// What a scraper selects by name[] must not cost more than the whole page.

import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { javascriptCases } from '../../bench/harness/javascript-case.js';
import { judge } from '../../bench/harness/limits.js';
import { runTrials } from '../../bench/harness/trials.js';
import { limits } from '../../bench/limits.js';

describe('a scrape of 15,000 series over HTTP', function () {
  this.timeout(150_000);

  it('costs no more with name[] than without, for one client and for fifty', async () => {
    const path = fileURLToPath(new URL('../../bench/cases/server.js', import.meta.url));
    const { cases } = await javascriptCases(path);
    const size = { trials: 3, seconds: 0.2, retries: 3 };
    const { results, notRun } = await runTrials({ cases, ...size, onProgress: () => undefined });
    expect(notRun).to.eql([]);
    const ofScrapes = limits.filter(({ what }) => what.startsWith('name[]'));
    const verdicts = judge(ofScrapes, results);
    expect(verdicts).to.have.length(4);
    for (const { what, atMost, measured, undisturbed } of verdicts) {
      // Few batches of fifty fit into a trial: what the least disturbed ones took counts as well.
      const least = Math.min(measured ?? Number.NaN, undisturbed ?? Number.POSITIVE_INFINITY);
      expect(least, what).to.be.at.most(atMost);
    }
  });
});
