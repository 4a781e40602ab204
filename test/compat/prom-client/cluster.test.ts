// Clusters by messages: primaries and workers may each use either package.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('./programs/aggregated-cluster.js', import.meta.url));

function clusterMetrics(primary: string, worker: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program],
      { env: { ...process.env, PRIMARY_CLIENT: primary, WORKER_CLIENT: worker } },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
  });
}

describe('AggregatorRegistry @slow', function () {
  this.timeout(60_000);
  let expected: string;

  before(async () => {
    expected = await clusterMetrics('theirs', 'theirs');
    // Workers count 1 + 2 + 3.
    expect(expected).to.match(/^work_total\{kind="a"\} 6$/m);
  });

  for (const [primary, worker] of [
    ['ours', 'ours'],
    ['ours', 'theirs'],
    ['theirs', 'ours'],
  ] as const) {
    it(`adds up what workers with ${worker} tell a primary with ${primary}`, async () => {
      expect(await clusterMetrics(primary, worker)).to.equal(expected);
    });
  }
});
