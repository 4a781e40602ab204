import { expect } from 'chai';
import { measureRounds } from '../../lib/budget/measure.js';
import type { RoundTimes } from '../../lib/budget/round.js';
import { tell } from '../../lib/cli/bench/run.js';
import { inPackage } from '../support/package-root.js';
import { Collected, spawnVsrMetrics, vsrMetrics } from './command-line.js';

function moduleAt(name: string): string {
  return inPackage('dist', 'test', 'budget', 'modules', `${name}.js`);
}

function bench(baseline: string, instrumented: string, ...more: string[]) {
  const modules = ['--baseline', moduleAt(baseline), '--instrumented', moduleAt(instrumented)];
  return vsrMetrics(['bench', ...modules, ...more]);
}

const plan = {
  budget: 0.01,
  confidence: 0.9,
  limitSeconds: 60,
  clock: 'processor',
  onProgress: () => undefined,
} as const;

/** What a machine would measure that is a little noisy. */
async function* roundsWith(overhead: number): AsyncGenerator<RoundTimes> {
  for (let round = 0; ; round++) {
    const noise = ((round * 7) % 11) / 10_000;
    const instrumentedNanoseconds = 1e6 * (1 + overhead + noise);
    yield { operations: 10, baselineNanoseconds: 1e6, instrumentedNanoseconds };
  }
}

describe('vsr-metrics bench', function () {
  this.timeout(200_000);

  // Real measurements are gates of time: test/gate.
  const found: readonly (readonly [code: number, overhead: number, text: RegExp])[] = [
    [0, 0.002, /at 90 % confidence; within the budget of 1 % .*\n$/],
    [1, 0.05, /; over the budget of 1 % .*\nrecord less often/],
    [
      4,
      -0.02,
      /; a biased comparison, which says nothing of the budget of 1 % .*\ninstrumentation m/,
    ],
  ];
  for (const [code, overhead, text] of found) {
    it(`exits with ${code} when the overhead is ${100 * overhead} %, and says what to do`, async () => {
      const report = await measureRounds(plan, roundsWith(overhead));
      const stdout = new Collected();
      expect(tell(report, { stdout }, false)).to.equal(code);
      expect(stdout.text).to.match(text);
      const json = new Collected();
      expect(tell(report, { stdout: json }, true)).to.equal(code);
      expect(JSON.parse(json.text)).to.include({ verdict: report.verdict, budget: 0.01 });
    });
  }

  it('exits with 2 when the time is up, also as users run it, and says what would decide', async () => {
    const modules = ['--baseline', moduleAt('plain'), '--instrumented', moduleAt('plain')];
    const { code, stdout } = await spawnVsrMetrics([
      'bench',
      ...modules,
      '--limit',
      '1',
      '--clock',
      'wall',
    ]);
    expect(code).to.equal(2);
    expect(stdout).to.match(/wall time, [\d.]+ s\)\nabout \d+ s more would decide/);
  });

  it('prints JSON', async () => {
    const { stdout } = await bench('plain', 'plain', '--limit', '1', '--json');
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).to.include({ verdict: 'undecided', budget: 0.01, confidence: 0.99 });
    expect(report.secondsToDecide).to.be.above(0);
  });

  it('exits with 3 when a module fails', async () => {
    const { code, stdout, stderr } = await bench('plain', 'throwing');
    expect([code, stdout]).to.eql([3, '']);
    expect(stderr).to.match(/^vsr-metrics bench: .*the disk is full/);
  });

  const wrong: readonly (readonly [message: string, args: string[]])[] = [
    ['--baseline MODULE is missing', []],
    ['--instrumented MODULE is missing', ['--baseline', moduleAt('plain')]],
    ['--baseline is no file; given "no.js"', ['--baseline', 'no.js']],
    ['--budget does not fit; given "1"; allowed: a percentage', ['--budget', '1']],
    ['--budget does not fit; given "0%"', ['--budget', '0%']],
    ['--confidence does not fit; given "100%"', ['--confidence', '100%']],
    ['--limit does not fit; given "0"', ['--limit', '0']],
    ['--clock knows no such value; given "sun"', ['--clock', 'sun']],
  ];
  for (const [message, args] of wrong) {
    it(`exits with 64: ${message}`, async () => {
      const isAboutModules = message.includes('MODULE') || message.includes('no file');
      const { code, stderr } = isAboutModules
        ? await vsrMetrics(['bench', ...args])
        : await bench('plain', 'plain', ...args);
      expect(code).to.equal(64);
      expect(stderr).to.include(`vsr-metrics bench: ${message}`);
      expect(stderr).to.include('vsr-metrics bench --help says how to use it');
    });
  }
});
