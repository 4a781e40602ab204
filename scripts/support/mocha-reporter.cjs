// Mocha reporter of scripts/test.mjs: what failed in full, one line for every group of tests that
// passed, every skipped test by name, and the counts as JSON into the file `result`.
//
//   mocha --reporter scripts/support/mocha-reporter.cjs --reporter-option result=counts.json

const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

class PartReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    let group;

    const closeGroup = () => {
      if (group === undefined) return;
      const seconds = ((Date.now() - group.started) / 1000).toFixed(1);
      const failed = group.failed > 0 ? `, ${group.failed} failed` : '';
      console.log(`  ${group.title}: ${group.passed} passed${failed} (${seconds} s)`);
      group = undefined;
    };
    runner.on('suite', (suite) => {
      // Only the outermost groups get a line: the root itself has no title.
      if (suite.parent?.root !== true) return;
      closeGroup();
      group = { title: suite.title, passed: 0, failed: 0, started: Date.now() };
    });
    runner.on('test', (test) => {
      // Should the process die in this test, then this tells which one it was.
      writeFileSync(options.reporterOptions.result, JSON.stringify({ running: test.fullTitle() }));
    });
    runner.on('pass', () => {
      if (group !== undefined) group.passed += 1;
    });
    runner.on('fail', (test) => {
      if (group !== undefined) group.failed += 1;
      console.log(`  FAILED ${test.fullTitle()}`);
    });
    runner.on('pending', (test) => {
      skipped.push(test.fullTitle());
    });
    runner.once('end', () => {
      closeGroup();
      for (const title of skipped) console.log(`  skipped: ${title}`);
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      const { passes, failures } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: skipped.length };
      writeFileSync(options.reporterOptions.result, JSON.stringify(counts));
    });
  }
}

module.exports = PartReporter;
