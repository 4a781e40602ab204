// The README's section on performance: one table beside the libraries that people know.

import { formatAmount } from '../harness/format.js';
import { isMet } from '../harness/limits.js';
import type { BenchmarkReport } from '../harness/types.js';
import { ours } from '../harness/versions.js';
import { findResult, markdownTable, provenance } from './markdown.js';

const columns: ReadonlyArray<readonly [title: string, peer: (group: string) => string]> = [
  [
    'here',
    (group) =>
      group.startsWith('render') ? `${ours.peer}, snapshot and renderPrometheus` : ours.peer,
  ],
  [
    'prom-client',
    (group) => (group.startsWith('render') ? 'prom-client, metrics()' : 'prom-client, bound child'),
  ],
  ['OpenTelemetry', () => 'OpenTelemetry SDK'],
  ['Rust prometheus', () => 'Rust prometheus'],
  ['Go client_golang', () => 'Go client_golang'],
];

const rows: ReadonlyArray<readonly [title: string, group: string, threads: number]> = [
  ['counter `inc()`', 'counter', 1],
  ['the same series, two threads', 'counter-shared', 2],
  ['gauge `set(v)`', 'gauge', 1],
  ['histogram `record(v)`', 'histogram', 1],
  ['the same series, two threads', 'histogram-shared', 2],
  ['timed operation', 'timed-operation', 1],
  ['scrape of 10,000 counters', 'render-counters-10k', 1],
  ['scrape of 1,000 histograms', 'render-histograms-1k', 1],
];

export function readmeSection(reports: readonly BenchmarkReport[]): string {
  const [report] = reports;
  if (report === undefined) throw new Error('there are no results in bench/results');
  const body = rows.map(([title, group, threads]) => [
    title,
    ...columns.map(([, peerOf]) => {
      const found = findResult(report, group, peerOf(group), threads);
      return found === undefined ? '' : formatAmount(found.median, found.unit);
    }),
  ]);
  const judged = report.limits.filter((verdict) => isMet(verdict) !== undefined);
  const met = judged.filter(isMet).length;
  const table = markdownTable(['', ...columns.map(([title]) => title)], body);
  return `
## Performance

${table}

${provenance(report)}
${met} of its ${judged.length} performance targets were met; [docs/performance.md](docs/performance.md) explains the others.

\`npm run bench\` measures it again on your machine, beside everything above and more.
`.trimEnd();
}
