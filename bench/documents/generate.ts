// What is written from the results: the text of files, by path.
//
//   generateDocuments('/path/of/the/package/')['docs/performance.md']

import { readdirSync, readFileSync } from 'node:fs';
import type { BudgetResults } from '../budget/measure.js';
import { readResults } from '../harness/results-file.js';
import type { BenchmarkReport } from '../harness/types.js';
import { performanceDocument } from './performance.js';
import { readmeSection } from './readme.js';

const begin = '<!-- performance: written by npm run bench:docs -->';
const end = '<!-- end of performance -->';

/** One report a version of Node, the oldest first. */
export function readReports(root: string): BenchmarkReport[] {
  const folder = `${root}bench/results/`;
  const names = readdirSync(folder).filter((name) => /^node-\d+\.json$/.test(name));
  return names
    .map((name) => readResults(`${folder}${name}`))
    .sort((left, right) => majorOf(left) - majorOf(right));
}

/** What `npm run bench:budget -- --publish` found. */
export function readBudget(root: string): BudgetResults {
  return JSON.parse(readFileSync(`${root}bench/results/budget.json`, 'utf8')) as BudgetResults;
}

function majorOf({ machine }: BenchmarkReport): number {
  return Number(/\d+/.exec(machine.node)?.[0]);
}

function replaceSection(readme: string, section: string): string {
  const [start, stop] = [readme.indexOf(begin), readme.indexOf(end)];
  if (start < 0 || stop < start)
    throw new Error(`README.md has no section from ${begin} to ${end}`);
  return `${readme.slice(0, start + begin.length)}\n${section}\n${readme.slice(stop)}`;
}

export function generateDocuments(root: string): Record<string, string> {
  const reports = readReports(root);
  const readme = readFileSync(`${root}README.md`, 'utf8');
  return {
    'docs/performance.md': performanceDocument(reports, readBudget(root)),
    'README.md': replaceSection(readme, readmeSection(reports)),
  };
}
