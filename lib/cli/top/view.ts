// The screen of `top`, as lines of styled text: what the model knows, as the controls want it.
//
//   vsr-metrics top  14:05:09  every 1s  sort: catalogue
//   1 replica-0.metrics  alive  pid 4242  heard 0.4s ago  up 3.2h  replica_id=0
//   2 replica-1.metrics  dead   pid 4243  heard 7.1min ago  replica_id=1
//   # SERIES                               VALUE   RATE/S      P50      P99      TREND
//   1 vsr_client_latency_ms                81234     2500    1.2ms   4.01ms ▃▃▄▄▅▅▇█▇▆
//   ...
//   q quit  s sort  r reverse  / filter  p pause  t total  a all     1-19 of 57

import type { Cluster } from '../../catalogues/cluster/cluster.js';
import type { State } from '../../catalogues/cluster/profile.js';
import { cutTo, fitTo, printable, widthOf } from '../text.js';
import { type Column, columnsFor, columnWidth } from './columns.js';
import { arrange, type Controls } from './controls.js';
import type { FileState, Row } from './model.js';
import { formatSeconds } from './quantity.js';
import { sparkline } from './sparkline.js';

export type Style = 'bold' | 'dim' | 'reverse' | 'green' | 'yellow' | 'red';

/** A piece of a line, of one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  /** Whether the terminal knows more than ASCII. */
  readonly unicode: boolean;
  readonly intervalSeconds: number;
  readonly now: Date;
}

export interface View {
  /** As many as fit, none wider than the screen. */
  readonly lines: readonly Line[];
  /** How many rows are seen at once. */
  readonly page: number;
  /** The first row that is seen: what the controls want, within what there is. */
  readonly scroll: number;
}

const narrowestName = 26;
const narrowestTrend = 8;
const widestTrend = 40;

export function drawView(
  model: {
    readonly rows: readonly Row[];
    readonly files: readonly FileState[];
    readonly cluster: Cluster | undefined;
  },
  controls: Controls,
  options: ViewOptions,
): View {
  const { width, height } = options;
  const { files } = model;
  const rows = arrange(
    model.rows,
    controls,
    files.map(({ name }) => name),
  );
  const head = [
    titleLine(controls, options),
    ...fileLines(files, Math.max(1, Math.floor(height / 4))),
    ...clusterLines(model.cluster).slice(0, Math.max(1, Math.floor(height / 4))),
  ];
  // Besides them: the titles of the columns, and the keys.
  const page = Math.max(0, height - head.length - 2);
  const scroll = Math.max(0, Math.min(controls.scroll, rows.length - page));
  const shown = rows.slice(scroll, scroll + page);
  const table = tableLines(shown, files.length > 1, controls, options);
  const gap = Array.from({ length: page - shown.length }, (): Line => []);
  const lines = [...head, ...table, ...gap, footer(controls, rows.length, scroll, page, width)];
  const cut = lines.slice(0, height).map((line) => cutLine(line, width));
  return { lines: options.unicode ? cut : cut.map(inAscii), page, scroll };
}

/** A span of time may be in microseconds, in the lines of the files as in those of the metrics. */
function inAscii(line: Line): Line {
  return line.map((span) => ({ ...span, text: span.text.replaceAll('µ', 'u') }));
}

function titleLine(controls: Controls, { now, intervalSeconds }: ViewOptions): Line {
  const { order, reverse, filter, editing, paused, total } = controls;
  const line: Span[] = [
    { text: 'vsr-metrics top', style: 'bold' },
    { text: `  ${now.toTimeString().slice(0, 8)}  every ${intervalSeconds}s` },
    { text: `  sort: ${order}${reverse ? ' reversed' : ''}` },
  ];
  if (total) line.push({ text: '  since the start' });
  if (paused) line.push({ text: '  PAUSED', style: 'yellow' });
  if (editing === undefined && filter !== '') line.push({ text: `  filter: ${filter}` });
  return line;
}

function fileLines(files: readonly FileState[], most: number): Line[] {
  const names = Math.max(...files.map(({ name }) => widthOf(name)));
  const lines = files.map((file, index) => {
    const number = files.length > 1 ? `${index + 1} ` : '';
    return [{ text: `${number}${fitTo(file.name, Math.min(names, 32))}  ` }, ...stateSpans(file)];
  });
  if (lines.length <= most) return lines;
  // The ones that need attention first.
  const order = files.map((_, index) => index).sort((a, b) => calm(files[a]!) - calm(files[b]!));
  const rest = `  and ${files.length - most + 1} more files`;
  return [
    ...order
      .slice(0, most - 1)
      .sort((a, b) => a - b)
      .map((at) => lines[at]!),
    [{ text: rest, style: 'dim' }],
  ];
}

function calm({ writer }: FileState): number {
  return writer === undefined ? 0 : { dead: 1, hung: 2, alive: 3 }[writer.state];
}

/** How a file and its program do; also for the plain table. */
export function stateSpans({ problem, writer, startedAt, sharedLabels }: FileState): Span[] {
  if (problem !== undefined) return [{ text: problem, style: 'red' }];
  if (writer === undefined) return [{ text: 'not read yet', style: 'dim' }];
  const { state, pid, closed } = writer;
  const styles = { alive: 'green', hung: 'yellow', dead: 'red' } as const;
  // The registry was closed before the program ended: that was no crash.
  const name = state === 'dead' && closed ? 'closed' : state;
  const isCalm = name !== 'dead' && name !== 'hung';
  const heard = `heard ${formatSeconds(writer.heartbeatAgeMs / 1000)} ago`;
  const facts = [`pid ${pid}`, heard];
  if (state === 'hung' && writer.loopAgeMs !== undefined) {
    facts.push(`its event loop ${formatSeconds(writer.loopAgeMs / 1000)} ago`);
  }
  if (state !== 'dead' && startedAt !== undefined) {
    facts.push(`up ${formatSeconds((Date.now() - startedAt) / 1000)}`);
  }
  return [
    { text: name.padEnd(6), style: isCalm && state === 'dead' ? 'dim' : styles[state] },
    { text: `  ${[...facts, ...sharedLabels].join('  ')}` },
  ];
}

const styleOf: Readonly<Record<State, Style>> = {
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  unknown: 'dim',
};

/** How the cluster does, then each member, those that are not well first. */
export function clusterLines(cluster: Cluster | undefined): Line[] {
  if (cluster === undefined) return [];
  const { member, members, state, word, message, termTitle } = cluster;
  const names = Math.max(0, ...members.map(({ name }) => widthOf(name)));
  const statuses = Math.max(0, ...members.map(({ status }) => widthOf(status)));
  const sick = members.filter((each) => each.state !== 'good');
  const well = members.filter((each) => each.state === 'good');
  return [
    [
      { text: `${member}s  ` },
      { text: word, style: styleOf[state] },
      { text: `  ${printable(message.replaceAll(' · ', '; '))}` },
    ],
    ...[...sick, ...well].map((each): Line => {
      const { name, status, role, term, lag } = each;
      const facts = [role, `${termTitle} ${term ?? '-'}`, `lag ${lag ?? '-'}`];
      return [
        { text: `  ${fitTo(printable(name), names)}  ` },
        { text: fitTo(status, statuses), style: styleOf[each.state] },
        { text: `  ${facts.join('  ')}` },
      ];
    }),
  ];
}

function tableLines(
  rows: readonly Row[],
  isNumbered: boolean,
  { total }: Controls,
  { width, unicode }: ViewOptions,
): Line[] {
  const numberWidth = isNumbered ? 4 : 0;
  const space = width - numberWidth;
  // On a narrow screen numbers come before long names, and both before trends.
  const least = Math.min(narrowestName, Math.max(narrowestName / 2, Math.floor(space / 2)));
  const room = space - least;
  const isWide = room >= 6 * (columnWidth + 1) + narrowestTrend + 1;
  const columns = columnsFor(isWide ? room : Math.min(room, 5 * (columnWidth + 1)));
  const numbers = columns.length * (columnWidth + 1);
  const names = rows.map(fullName);
  const longest = Math.max(...names.map(widthOf), least);
  const hasTrend = space - numbers > least + narrowestTrend;
  const spare = hasTrend ? space - numbers - longest - 1 : 0;
  const trend = hasTrend ? Math.min(widestTrend, Math.max(narrowestTrend, spare)) : 0;
  const name = space - numbers - (hasTrend ? trend + 1 : 0);
  // One way of writing names in all rows.
  const written = longest <= name ? names : rows.map((row) => shortName(row, name));
  const header = [
    isNumbered ? '#'.padEnd(numberWidth) : '',
    fitTo('SERIES', name),
    ...columns.map(({ title }) => ` ${title.padStart(columnWidth)}`),
    hasTrend ? ` ${'TREND'.padEnd(trend)}` : '',
  ];
  return [
    [{ text: header.join(''), style: 'reverse' }],
    ...rows.map(
      (row, index): Line => [
        { text: isNumbered ? numberOf(row).padEnd(numberWidth) : '', style: 'dim' },
        { text: fitTo(written[index]!, name) + cells(row, columns, total) },
        { text: hasTrend ? ` ${trendOf(row, trend, unicode)}` : '', style: 'green' },
      ],
    ),
  ];
}

function numberOf({ file }: Row): string {
  return file === undefined ? '*' : String(file + 1);
}

function cells(row: Row, columns: readonly Column[], total: boolean): string {
  const texts = columns.map((column) => ` ${fitTo(column.text(row, total), columnWidth, 'right')}`);
  return texts.join('');
}

function trendOf({ info, trend }: Row, width: number, unicode: boolean): string {
  return sparkline(trend, { width, fromZero: info.family.kind !== 'gauge', unicode });
}

/** `vsr_messages_sent_total{message_type="Prepare"}` */
export function fullName({ metric, labels }: Row): string {
  if (labels.length === 0) return metric;
  return `${metric}{${labels.map(([name, value]) => `${name}="${value}"`).join(',')}}`;
}

/** `vsr_messages_se~ Prepare`: what tells series apart is kept as long as that is possible. */
function shortName({ metric, labels }: Row, width: number): string {
  const values = labels.map(([, value]) => value).join(',');
  if (values === '') return cutTo(metric, width);
  const left = Math.max(width - widthOf(values) - 1, Math.floor(width / 3));
  return cutTo(`${cutTo(metric, left)} ${values}`, width);
}

function footer(
  { editing, filter }: Controls,
  count: number,
  scroll: number,
  page: number,
  width: number,
): Line {
  if (editing !== undefined) {
    return [
      { text: 'filter: ', style: 'bold' },
      { text: filter },
      { text: ' ', style: 'reverse' },
      { text: '  Enter keeps it, Esc drops it', style: 'dim' },
    ];
  }
  const last = Math.min(scroll + page, count);
  const where = count === 0 ? 'no series' : `${scroll + 1}-${last} of ${count}`;
  const keys = 'q quit  s sort  r reverse  / filter  p pause  t total  a all';
  return [{ text: fitTo(keys, width - where.length - 1), style: 'dim' }, { text: ` ${where}` }];
}

/** Cuts what does not fit; nothing may make the terminal begin a new line. */
function cutLine(line: Line, width: number): Line {
  let left = width;
  return line.flatMap(({ text, ...rest }) => {
    const cut = cutTo(text, left);
    left -= widthOf(cut);
    return cut === '' ? [] : [{ ...rest, text: cut }];
  });
}
