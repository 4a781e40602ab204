// Results as a page: one file without scripts, that asks for nothing from anywhere.
//
//   writeFileSync('report.html', renderPage(report, 'vsr-metrics'));

import { compare } from '../harness/compare.js';
import { formatMeasure, formatRatio } from '../harness/format.js';
import { byReadingOrder } from '../harness/groups.js';
import { isMet, verdictWord } from '../harness/limits.js';
import { machineRows } from '../harness/machine.js';
import type { BenchmarkReport, Verdict } from '../harness/types.js';
import { barChart } from './bars.js';
import { percentileCharts, scalingCharts } from './curves.js';
import { style } from './style.js';
import { element, escapeText } from './svg.js';

function row(cells: readonly string[]): string {
  return element('tr', {}, cells.join(''));
}

function machineTable({ machine, trials, secondsPerTrial, startedAt }: BenchmarkReport): string {
  const rows = [
    ...machineRows(machine),
    ['measured', startedAt.replace('T', ' ').replace(/\..*/, ' UTC')],
    ['trials', `${trials} of ${secondsPerTrial} s each, every one a process of its own, in turns`],
  ];
  return element(
    'table',
    { class: 'machine' },
    rows.map(([name, value]) => row([cell('th', name!), cell('td', value!)])).join(''),
  );
}

function cell(name: 'td' | 'th', text: string, kind?: string): string {
  return element(name, kind === undefined ? {} : { class: kind }, escapeText(text));
}

function verdictRow(verdict: Verdict): string {
  const { what, unit, atMost, measured, undisturbed, missing, why } = verdict;
  const met = isMet(verdict);
  const kind = met === undefined ? 'unknown' : met ? 'met' : 'missed';
  const show = (value: number | undefined) =>
    value === undefined ? '' : formatMeasure(value, unit);
  const reason = why ?? (missing === undefined ? undefined : `needs ${missing}`);
  const note = reason === undefined ? '' : element('p', { class: 'why' }, escapeText(reason));
  return element(
    'tr',
    { 'data-limit': what, ...(measured === undefined ? {} : { 'data-value': String(measured) }) },
    element('td', {}, escapeText(what) + note) +
      cell('td', formatMeasure(atMost, unit), 'number') +
      cell('td', show(measured), 'number') +
      cell('td', show(undisturbed), 'number') +
      cell('td', verdictWord(verdict), `verdict ${kind}`),
  );
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const names = ['limit', 'at most', 'measured', 'undisturbed', ''];
  const head = row(names.map((name) => cell('th', name)));
  const body = verdicts.map(verdictRow).join('');
  return element('div', { class: 'scroll' }, element('table', { class: 'limits' }, head + body));
}

const key = element(
  'div',
  { class: 'key' },
  (
    [
      ['ours', 'this library'],
      ['other', 'JavaScript'],
      ['native', 'other languages'],
    ] as const
  )
    .map(([kind, text]) => {
      const square = element('i', { style: `background: var(--${kind})` });
      return element('span', {}, square + text);
    })
    .join(''),
);

/** The best ratios against the two libraries that people come from, in one sentence. */
function summary({ results }: BenchmarkReport, reference: string): string {
  const ratioTo = (group: string, peer: string) => {
    const members = results.filter((each) => each.group === group && each.threads === 1);
    const own = members.find((each) => each.peer === reference);
    const other = members.find((each) => each.peer === peer);
    return own && other ? formatRatio(own.median / other.median) : undefined;
  };
  const parts = ['prom-client, bound child', 'Rust prometheus'].flatMap((peer) => {
    const counter = ratioTo('counter', peer);
    const histogram = ratioTo('histogram', peer);
    if (counter === undefined || histogram === undefined) return [];
    return `against ${peer}, a counter takes ${counter} and a histogram ${histogram} of its time`;
  });
  return parts.length === 0 ? '' : element('p', {}, escapeText(`In short: ${parts.join('; ')}.`));
}

/** The whole page. `reference` is the peer that others are compared with. */
export function renderPage(report: BenchmarkReport, reference: string): string {
  const { results, limits, notRun } = report;
  const single = results.filter(({ group }) => !group.endsWith('-scaling'));
  const comparisons = compare(single, reference).sort((left, right) =>
    byReadingOrder(left.group, right.group),
  );
  const curves = [...percentileCharts(results), ...scalingCharts(results)];
  const skipped = notRun.map(({ what, reason }) =>
    element('li', {}, escapeText(`${what}: ${reason}`)),
  );
  const section = (title: string, content: string) =>
    content === '' ? '' : element('h2', {}, escapeText(title)) + content;
  const body = [
    element('h1', {}, 'vsr-metrics: benchmarks'),
    summary(report, reference),
    machineTable(report),
    section(
      'Side by side',
      comparisons.length === 0 ? '' : key + comparisons.map(barChart).join(''),
    ),
    section('Curves', curves.join('')),
    section('Limits', limits.length === 0 ? '' : verdictTable(limits)),
    section('Not run', skipped.length === 0 ? '' : element('ul', {}, skipped.join(''))),
  ];
  const data = JSON.stringify(report).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>vsr-metrics: benchmarks</title>
<style>${style}</style>
</head>
<body>
${body.join('\n')}
<script type="application/json" id="report">${data}</script>
</body>
</html>
`;
}
