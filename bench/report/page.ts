import type { BenchmarkReport } from '../harness/types.js';
export function renderPage(_report: BenchmarkReport, _reference: string): string {
  return '';
}
