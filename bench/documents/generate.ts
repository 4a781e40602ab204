// What is written from the results: the text of files, by path.
//
//   generateDocuments('/path/of/the/package/')['docs/performance.md']

import { readdirSync, readFileSync } from 'node:fs';
import type { BudgetResults } from '../budget/measure.js';
import type { ClusterResults } from '../cluster/measure.js';
import { readResults } from '../harness/results-file.js';
import type { BenchmarkReport } from '../harness/types.js';
import { clusterSection } from './cluster.js';
import { loadSection, type ProofRecord } from './load.js';
import { performanceDocument } from './performance.js';
import { readmeSection } from './readme.js';

const begin = (name: string) => `<!-- ${name}: written by npm run bench:docs -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

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

/** What `npm run bench:cluster -- --publish` found. */
export function readCluster(root: string): ClusterResults {
  return JSON.parse(readFileSync(`${root}bench/results/cluster.json`, 'utf8')) as ClusterResults;
}

/** What `npm run prove -- vsr-load` recorded. */
function readLoad(root: string): ProofRecord | undefined {
  const proofs = JSON.parse(readFileSync(`${root}docs/proofs.json`, 'utf8'));
  return (proofs as Record<string, ProofRecord | undefined>)['vsr-load'];
}

/** A document with this section between its marks. */
function replaceSection(document: string, name: string, section: string): string {
  const [start, stop] = [document.indexOf(begin(name)), document.indexOf(end(name))];
  if (start < 0 || stop < start) {
    throw new Error(`a document has no section from ${begin(name)} to ${end(name)}`);
  }
  const before = document.slice(0, start + begin(name).length);
  return `${before}\n${section}\n${document.slice(stop)}`;
}

export function generateDocuments(root: string): Record<string, string> {
  const reports = readReports(root);
  const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
  const overhead = clusterSection(readCluster(root));
  const cluster = replaceSection(read('docs/vsr-cluster.md'), 'overhead', overhead);
  return {
    'docs/performance.md': performanceDocument(reports, readBudget(root)),
    'README.md': replaceSection(read('README.md'), 'performance', readmeSection(reports)),
    'docs/vsr-cluster.md': replaceSection(cluster, 'load', loadSection(readLoad(root))),
  };
}
