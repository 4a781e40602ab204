import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('./programs/cluster-server.js', import.meta.url));

describe('node:cluster', () => {
  it('has exact totals from any of its workers, without a message', async function () {
    this.timeout(60_000);
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [program], (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
    });
    const { requests, totals, workers } = JSON.parse(output) as {
      requests: number;
      totals: number[];
      workers: number;
    };
    expect(workers).to.equal(4);
    expect(totals).to.have.length(4);
    expect(totals).to.eql(totals.map(() => requests));
  });
});
