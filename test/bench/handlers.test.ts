import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { groupOf, operations, shapeOf, shapesOf } from '../../bench/handlers/shapes.js';
import { loadCases } from '../../bench/harness/javascript-case.js';
import type { TrialOutput } from '../../bench/harness/types.js';
import { compileFixture } from '../support/compile-fixture.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

const program = fileURLToPath(new URL('../../bench/harness/case-process.js', import.meta.url));
const moduleUrl = pathToFileURL(inPackage('dist', 'bench', 'cases', 'handlers.js')).href;

describe('benchmarks of handlers', function () {
  this.timeout(120_000);

  before(() => {
    const clock = compileFixture('ordered_clock.node', ['bench/native/ordered_clock.cc']);
    mkdirSync(inPackage('build', 'bench'), { recursive: true });
    copyFileSync(clock, inPackage('build', 'bench', 'ordered_clock.node'));
  });

  it('have a group of their own for each shape', () => {
    const shapes = operations.flatMap(shapesOf);
    const groups = shapes.map(groupOf);
    expect(new Set(groups).size).to.equal(shapes.length);
    expect(groups.map(shapeOf)).to.deep.equal(shapes);
    expect(shapeOf('histogram-shared')).to.equal(undefined);
  });

  it('record as often as they are called, into every handle @slow', async () => {
    const cases = await loadCases(moduleUrl);
    const wanted = operations.map((operation) =>
      groupOf({ operation, handles: 8, touched: 256 * 1024 }),
    );
    for (const [index, { group, peer, unavailable }] of cases.entries()) {
      if (!wanted.includes(group) || unavailable !== undefined) continue;
      const args = [program, moduleUrl, String(index), '1', '0.001'];
      const { code, stdout, stderr } = await runProgram(process.execPath, args);
      expect(code, `${group}: ${peer}: ${stderr}`).to.equal(0);
      const [{ operations: recorded, total }] = (JSON.parse(stdout) as TrialOutput).results;
      expect(recorded, `${group}: ${peer}`).to.be.above(0);
      expect(total, `${group}: ${peer}`).to.equal(recorded);
    }
  });
});
