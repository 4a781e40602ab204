import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { compileFixture } from '../support/compile-fixture.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';
import { newFile } from './processes.js';
import type { Said } from './programs/set-clock.js';

const hour = 3600;

/** What readers say while the time of day is set by so many seconds. */
async function whenSetBy(seconds: number): Promise<Said> {
  const preload = compileFixture('time-of-day.node', ['test/fixtures/clock/time-of-day.cc']);
  const clock = newFile();
  writeFileSync(clock, Buffer.alloc(8));
  try {
    const program = inPackage('dist', 'test', 'sharing', 'programs', 'set-clock.js');
    const environment = { LD_PRELOAD: preload, TIME_OF_DAY: clock };
    const { stdout, stderr } = await runProgram(process.execPath, [program, `${seconds}`], {
      environment,
    });
    expect(stderr).to.equal('');
    return JSON.parse(stdout) as Said;
  } finally {
    rmSync(clock);
  }
}

describe('the time of day, set while programs run', function () {
  this.timeout(60_000);

  for (const [what, seconds] of [
    ['back', -hour],
    ['forward', hour],
  ] as const) {
    it(`${what} by an hour changes no verdict, no rate and no age`, async function () {
      if (process.platform !== 'linux') {
        console.log('        skipped: needs Linux');
        this.skip();
      }
      const { apart, secondsSince, rate, age, running, stopped, intervals } =
        await whenSetBy(seconds);
      // It was set.
      expect(Math.abs(apart - seconds)).to.be.below(hour / 2);
      expect(secondsSince).to.be.within(3, hour / 2);
      expect(rate).to.be.closeTo(100 / secondsSince, 1e-9);
      expect(age).to.be.within(0, (hour / 2) * 1000);
      expect(running).to.eql(['alive', 'alive', 'alive']);
      expect(stopped).to.eql(['alive', 'alive', 'hung']);
      expect(intervals).not.to.eql([]);
      for (const interval of intervals) expect(interval).to.be.within(0, hour / 2);
    });
  }
});
