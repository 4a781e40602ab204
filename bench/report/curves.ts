// Curves: how long the slowest of many records took, and what more threads bring.

import { formatTime } from '../harness/format.js';
import { groupText } from '../harness/groups.js';
import type { CaseResult } from '../harness/types.js';
import { ours } from '../harness/versions.js';
import { drawing, element, escapeText, label } from './svg.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  /** What the points were drawn from, for those who read the page with a program. */
  readonly values: readonly number[];
}

interface Axis {
  /** Where a value lies, from 0 to 1. */
  place(value: number): number;
  readonly ticks: ReadonlyArray<readonly [value: number, text: string]>;
}

interface Chart {
  readonly group: string;
  readonly note: string;
  readonly across: Axis;
  readonly up: Axis;
  readonly curves: readonly Curve[];
}

const width = 860;
const height = 380;
const left = 74;
const right = 16;
const top = 14;
const bottom = 34;

function xOf(axis: Axis, value: number): number {
  return left + axis.place(value) * (width - left - right);
}

function yOf(axis: Axis, value: number): number {
  return height - bottom - axis.place(value) * (height - top - bottom);
}

function gridOf({ across, up }: Chart): string {
  const columns = across.ticks.map(([value, text]) => {
    const x = xOf(across, value);
    const line = element('line', { x1: x, x2: x, y1: top, y2: height - bottom, class: 'grid' });
    return line + label(x, height - 12, text, { class: 'tick', 'text-anchor': 'middle' });
  });
  const rows = up.ticks.map(([value, text]) => {
    const y = yOf(up, value);
    const line = element('line', { x1: left, x2: width - right, y1: y, y2: y, class: 'grid' });
    return line + label(left - 8, y + 4, text, { class: 'tick', 'text-anchor': 'end' });
  });
  return [...columns, ...rows].join('');
}

function curveChart(chart: Chart): string {
  const { group, note, across, up, curves } = chart;
  const { title } = groupText(group);
  const lines = curves.map(({ name, points, values }, index) => {
    const path = points.map(({ x, y }) => `${xOf(across, x).toFixed(1)},${yOf(up, y).toFixed(1)}`);
    const line = element(
      'polyline',
      { points: path.join(' ') },
      element('title', {}, escapeText(name)),
    );
    const data = { 'data-peer': name, 'data-values': values.join(' ') };
    return element('g', { class: `curve ${colourOf(curves, index)}`, ...data }, line);
  });
  const legend = curves.map(({ name }, index) => {
    const key = element('i', { class: colourOf(curves, index) });
    return element('li', {}, key + escapeText(name));
  });
  return element(
    'figure',
    { class: 'curves', 'data-group': group },
    element('h3', {}, escapeText(title)) +
      element('figcaption', {}, escapeText(note)) +
      drawing(width, height, `${title}: ${note}`, gridOf(chart) + lines.join('')) +
      element('ul', { class: 'legend' }, legend.join('')),
  );
}

/** As many as style.ts has. The first is this library's, wherever it stands. */
const colourCount = 10;

function colourOf(curves: readonly Curve[], index: number): string {
  const own = curves.findIndex(({ name }) => name === ours.peer);
  const place = index === own ? 0 : index < own ? index + 1 : index;
  return `colour-${place % colourCount}`;
}

/** An axis with an equal step for every factor of ten. */
function logarithmic(values: readonly number[], text: (value: number) => string): Axis {
  const lowest = Math.floor(Math.log10(Math.min(...values)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...values))));
  const exponents = Array.from({ length: highest - lowest + 1 }, (_, step) => lowest + step);
  return {
    place: (value) => (Math.log10(value) - lowest) / (highest - lowest),
    ticks: exponents.map((exponent) => [10 ** exponent, text(10 ** exponent)] as const),
  };
}

const nines: Axis = {
  // 0 at the median, then an equal step for every nine.
  place: (percentile) => Math.log10(50 / Math.max(100 - percentile, 0.001)) / Math.log10(50_000),
  ticks: [50, 90, 99, 99.9, 99.99, 99.999].map((value) => [value, `${value} %`] as const),
};

/** From the median to the slowest; one figure for every group that has such curves. */
export function percentileCharts(results: readonly CaseResult[]): string[] {
  const timed = results.filter(({ percentiles }) => percentiles !== undefined);
  const groups = [...new Set(timed.map(({ group }) => group))];
  return groups.map((group) => {
    const curves = timed
      .filter((result) => result.group === group)
      .map(({ peer, percentiles }) => {
        const points = percentiles!.filter(([percentile]) => percentile >= 50 && percentile < 100);
        return {
          name: peer,
          points: points.map(([x, y]) => ({ x, y })),
          values: points.map(([, nanoseconds]) => nanoseconds),
        };
      });
    const values = curves.flatMap((curve) => curve.values);
    const note = 'how long the slowest took, by percentile; two readings of the clock included';
    return curveChart({ group, note, across: nines, up: logarithmic(values, formatTime), curves });
  });
}

/** Operations that all threads do in a second; one figure for every group with several threads. */
export function scalingCharts(results: readonly CaseResult[]): string[] {
  const groups = [...new Set(results.map(({ group }) => group))].filter((group) => {
    const counts = new Set(
      results.filter((each) => each.group === group).map((each) => each.threads),
    );
    return counts.size > 2;
  });
  return groups.map((group) => {
    const members = results.filter((result) => result.group === group);
    const counts = [...new Set(members.map(({ threads }) => threads))].sort((a, b) => a - b);
    const curves = [...new Set(members.map(({ peer }) => peer))].map((peer) => {
      const points = members
        .filter((result) => result.peer === peer)
        .sort((a, b) => a.threads - b.threads)
        .map(({ threads, mean, median }) => ({
          x: threads,
          y: (1e9 * threads) / (mean ?? median),
        }));
      return { name: peer, points, values: points.map(({ y }) => y) };
    });
    const rates = curves.flatMap((curve) => curve.values);
    const last = Math.log2(Math.max(...counts));
    const across: Axis = {
      place: (threads) => 0.04 + (0.92 * Math.log2(threads)) / last,
      ticks: counts.map((count) => [count, `${count}`] as const),
    };
    const note = 'operations per second, all threads together, by number of threads';
    const rate = (value: number) => `${value / 1e6} M/s`;
    return curveChart({ group, note, across, up: logarithmic(rates, rate), curves });
  });
}
