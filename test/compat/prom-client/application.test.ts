import { expect } from 'chai';
import { runApplication } from './application.js';
import { type Client, ours, theirs } from './both.js';
import { FakeClock } from './clock.js';

async function run(client: Client): Promise<string[]> {
  const clock = new FakeClock();
  try {
    return await runApplication(client, clock);
  } finally {
    clock.restore();
  }
}

describe('an application written for prom-client', () => {
  it('sees the same with this package, word for word', async () => {
    const expected = await run(theirs);
    const seen = await run(ours);
    expect(expected.length).to.be.above(70);
    for (const [index, text] of expected.entries()) expect(seen[index]).to.equal(text);
    expect(seen).to.have.length(expected.length);
  });
});
