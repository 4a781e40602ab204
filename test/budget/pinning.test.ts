import { expect } from 'chai';
import { pinningOf, processorsIn } from '../../lib/budget/pinning.js';
import { runProgram } from '../support/processes.js';

describe('pinning', () => {
  it('reads the processors that a process may use', () => {
    expect(processorsIn('0')).to.eql([0]);
    expect(processorsIn('0-3')).to.eql([0, 1, 2, 3]);
    expect(processorsIn('0-1,4,6-7')).to.eql([0, 1, 4, 6, 7]);
    expect(processorsIn('')).to.eql([]);
  });

  it('starts programs on one processor, on another each round', async () => {
    const rounds = [pinningOf(0), pinningOf(1)];
    if (rounds[0]!.execPath === undefined) {
      // One processor, or no taskset: nothing is chosen, and programs start all the same.
      expect(rounds).to.eql([{}, {}]);
      return;
    }
    const allowed = await Promise.all(
      rounds.map(async ({ execPath, execArgv }) => {
        const script = "console.log(fs.readFileSync('/proc/self/status', 'utf8'))";
        const { stdout } = await runProgram(execPath!, [...execArgv!, '-e', script]);
        return processorsIn(/Cpus_allowed_list:\s*(\S+)/.exec(stdout)![1]!);
      }),
    );
    expect(allowed.map((each) => each.length)).to.eql([1, 1]);
    expect(allowed[0]).not.to.eql(allowed[1]);
  });
});
