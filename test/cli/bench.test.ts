import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { vsrMetrics } from './command-line.js';

function moduleAt(name: string): string {
  return inPackage('dist', 'test', 'budget', 'modules', `${name}.js`);
}

function bench(baseline: string, instrumented: string, ...more: string[]) {
  const modules = ['--baseline', moduleAt(baseline), '--instrumented', moduleAt(instrumented)];
  return vsrMetrics(['bench', ...modules, ...more]);
}

describe('vsr-metrics bench', function () {
  this.timeout(200_000);

  it('exits with 0 when it is within the budget @slow', async () => {
    const { code, stdout, stderr } = await bench(
      'plain',
      'plain',
      '--budget=60%',
      '--confidence=90%',
    );
    expect([code, stderr]).to.eql([0, '']);
    expect(stdout).to.match(/^overhead .* at 90 % confidence; within the budget of 60 % .*\n$/);
  });

  it('exits with 1 when it is over the budget, and says what to do @slow', async () => {
    const { code, stdout } = await bench('plain', 'twice', '--confidence', '50%');
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /^overhead .* at 50 % confidence; over the budget of 1 % .*\nrecord less/,
    );
  });

  it('exits with 2 when the time is up, and says what would decide', async () => {
    const { code, stdout } = await bench('plain', 'plain', '--limit', '1', '--clock', 'wall');
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
