// What a run of the tests comes to: counts of every part, what each layer cost, and what was slowest.

import { layerOf, layers } from './layers.mjs';

const slowestShown = 10;

export class TestReport {
  #parts = new Map();
  /** Seconds of processor time, of the running Node, by folder. */
  #costs = new Map();
  #tests = [];
  #started = Date.now();

  get isGood() {
    const { passed, failed } = this.#sum();
    return failed === 0 && passed > 0;
  }

  /** One thing that is so or is not. */
  check(part, name, holds) {
    console.log(`  ${part}: ${holds ? 'ok' : 'FAILED'} ${name}`);
    this.add(part, holds ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  }

  /** Something that this machine has not got: a failure with CI=true, otherwise said and left out. */
  unavailable(part, name, reason) {
    const counts = process.env.CI === 'true';
    console.log(`  ${part}: ${counts ? 'FAILED' : 'skipped'} ${name}: ${reason}`);
    this.add(part, { passed: 0, failed: counts ? 1 : 0 });
  }

  add(part, { passed, failed, seconds = 0 }) {
    const counts = this.#parts.get(part) ?? { passed: 0, failed: 0, seconds: 0 };
    counts.passed += passed;
    counts.failed += failed;
    counts.seconds += seconds;
    this.#parts.set(part, counts);
  }

  /** A group of mocha tests; `isHeld`: it counts for the budget of its folder. */
  addGroup(part, { name, folder }, result, { isHeld }) {
    const { passed, failed, skipped, tests, seconds, processorSeconds, output, reason } = result;
    this.add(part, result);
    for (const test of tests) this.#tests.push({ ...test, where: part });
    if (isHeld) this.#costs.set(folder, (this.#costs.get(folder) ?? 0) + processorSeconds);
    // With --grep most groups have nothing to say.
    if (passed + failed + skipped === 0) return;
    const failures = failed > 0 ? `, ${failed} FAILED` : '';
    const cost = `${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of a processor`;
    console.log(`  ${part}: ${name}: ${passed} passed${failures} (${cost})`);
    if (output !== '') console.log(output.replace(/^(?=.)/gm, '    '));
    if (reason !== undefined) console.log(`    FAILED: ${reason}`);
  }

  /** A part that could not be carried out. */
  broke(part, error) {
    console.log(`  ${part}: FAILED: ${error.message}`);
    this.add(part, { passed: 0, failed: 1 });
  }

  /** Holds the budgets, and prints everything; the counts come last. */
  finish() {
    this.#holdBudgets();
    const slowest = this.#tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestShown);
    if (slowest.length > 0) console.log('\nslowest tests');
    for (const { title, where, seconds } of slowest) {
      console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${where}: ${title}`);
    }
    const seconds = (Date.now() - this.#started) / 1000;
    console.log(`\ndone in ${seconds.toFixed(0)} s`);
    for (const [name, counts] of this.#parts) {
      const text = `${counts.passed} passed, ${counts.failed} failed`;
      console.log(`  ${name.padEnd(7)} ${text} (${counts.seconds.toFixed(0)} s)`);
    }
    const { passed, failed } = this.#sum();
    console.log(`${passed} passed, ${failed} failed`);
  }

  #holdBudgets() {
    if (this.#costs.size === 0) return;
    console.log('\nbudgets: seconds of processor time, of at most');
    for (const [layer, { budget }] of Object.entries(layers)) {
      const costs = [...this.#costs].filter(([folder]) => layerOf(folder) === layer);
      const texts = costs.map(([folder, cost]) => `${folder} ${cost.toFixed(0)}`);
      console.log(`  ${layer.padEnd(8)} ${String(budget).padStart(4)}  ${texts.join(', ')}`);
      for (const [folder, cost] of costs) {
        if (cost > budget) this.check('budget', `${folder} keeps to ${budget} s`, false);
      }
    }
  }

  #sum() {
    const sum = { passed: 0, failed: 0 };
    for (const { passed, failed } of this.#parts.values()) {
      sum.passed += passed;
      sum.failed += failed;
    }
    return sum;
  }
}
