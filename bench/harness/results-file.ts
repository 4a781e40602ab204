// Results as JSON: what documents are generated from, so its text changes only when results do.

import { readFileSync, writeFileSync } from 'node:fs';
import type { BenchmarkReport } from './types.js';

/**
 * @example
 * writeResults('results.json', report);
 */
export function writeResults(path: string, report: BenchmarkReport): void {
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * @example
 * const { results } = readResults('results.json');
 */
export function readResults(path: string): BenchmarkReport {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Partial<BenchmarkReport>;
  if (!Array.isArray(report.results) || report.machine === undefined) {
    throw new Error(`${path} is not a file of benchmark results`);
  }
  return report as BenchmarkReport;
}
