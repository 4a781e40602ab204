// Mocha reporter of scripts/test.mjs: what failed in full and what was skipped by name; counts, times
// and the test that runs as JSON into the file `result`.
//
//   mocha --reporter scripts/support/mocha-reporter.cjs --reporter-option result=counts.json

const { readFileSync, writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

class PartReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    const tests = [];
    const write = (result) => writeFileSync(options.reporterOptions.result, JSON.stringify(result));

    runner.on('test', (test) => {
      // Should the process die in this test, or go on in it for ever, then this tells which one it was.
      write({ running: test.fullTitle() });
    });
    runner.on('hook', (hook) => {
      // A hook may take as long as a test, and is progress too.
      write({ running: hook.fullTitle() });
    });
    runner.on('pass', (test) => {
      tests.push({ title: test.fullTitle(), seconds: test.duration / 1000 });
    });
    runner.on('fail', (test) => {
      tests.push({ title: test.fullTitle(), seconds: (test.duration ?? 0) / 1000 });
      console.log(`FAILED ${test.fullTitle()}`);
    });
    runner.on('pending', (test) => {
      skipped.push(test.fullTitle());
    });
    runner.once('end', () => {
      for (const title of skipped) console.log(`skipped: ${title}`);
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      const { passes, failures } = this.stats;
      write({
        passed: passes,
        failed: failures,
        skipped: skipped.length,
        tests,
        processorSeconds: processorSeconds(),
      });
    });
  }
}

/** What this process and those that it waited for computed. */
function processorSeconds() {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  // Behind the name, which may hold anything: utime, stime, cutime and cstime in clock ticks.
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}

module.exports = PartReporter;
