import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { generateDocuments, readBudget, readReports } from '../../bench/documents/generate.js';
import { performanceDocument } from '../../bench/documents/performance.js';
import { inPackage } from '../support/package-root.js';

const root = inPackage('');

describe('documents written from benchmark results', () => {
  it('say what the results say: otherwise run npm run bench:docs', async () => {
    for (const [path, text] of Object.entries(generateDocuments(root))) {
      expect(await readFile(`${root}${path}`, 'utf8'), path).to.equal(text);
    }
  });

  it('name the machine and every version that was measured', async () => {
    const document = await readFile(`${root}docs/performance.md`, 'utf8');
    const reports = readReports(root);
    expect(reports).to.not.be.empty;
    for (const { machine } of reports) {
      expect(document).to.include(machine.processor);
      expect(document).to.include(`Node ${machine.node}`);
    }
  });

  it('take a limit that one version was measured against and another was not', () => {
    const [report] = readReports(root);
    const { what } = report!.limits[0]!;
    const older = { ...report!, limits: report!.limits.slice(1) };
    const row = performanceDocument([report!, older], readBudget(root))
      .split('\n')
      .find((line) => line.startsWith(`| ${what} |`));
    expect(row).to.match(/ not run \|$/);
  });

  it('hold a verdict on every limit', async () => {
    const document = await readFile(`${root}docs/performance.md`, 'utf8');
    for (const { what } of readReports(root)[0]!.limits) expect(document).to.include(`| ${what} |`);
  });
});
