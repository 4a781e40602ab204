import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { defineCatalogue } from '../../../lib/core/catalogue/define.js';
import type { Waivers } from '../../../lib/core/catalogue/types.js';
import { createRegistry } from '../../../lib/core/registry.js';

const documented = { 'total-suffix': 'documented so' } as const;

function warnedOnce(waive: Waivers) {
  return defineCatalogue({
    name: 'test',
    families: { a: { kind: 'gauge', name: 'a_total', help: 'A' } },
    waive,
  });
}

/** What `process.emitWarning` is given meanwhile. */
async function warningsOf(run: () => void): Promise<(string | undefined)[]> {
  const warnings: (string | undefined)[] = [];
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'VSR_METRICS_CONVENTION') warnings.push(warning.message);
  };
  process.on('warning', listen);
  run();
  await setImmediate();
  process.off('warning', listen);
  return warnings;
}

describe('createRegistry', () => {
  it('warns once of each convention that a catalogue breaks', async () => {
    const catalogue = warnedOnce({});
    const warnings = await warningsOf(() => {
      for (let times = 0; times < 3; times++) createRegistry({ catalogue }).close();
    });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('a_total is a gauge');
  });

  it('does not warn of a convention that the catalogue waives', async () => {
    const catalogue = warnedOnce({ a_total: documented });
    expect(await warningsOf(() => createRegistry({ catalogue }).close())).to.deep.equal([]);
  });
});
