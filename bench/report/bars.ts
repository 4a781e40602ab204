// Bars: a group side by side, each as long as its ratio to the reference, on a scale of factors of ten.

import type { Comparison } from '../harness/compare.js';
import { formatAmount, formatRatio, formatThreads } from '../harness/format.js';
import { groupText } from '../harness/groups.js';
import { drawing, element, escapeText, label } from './svg.js';

const width = 860;
const rowHeight = 26;
const top = 26;
const nameWidth = 300;
const valueWidth = 170;
const barWidth = width - nameWidth - valueWidth;

/** Positions of ratios: an equal step for every factor. */
function scaleFor(ratios: readonly number[]): (ratio: number) => number {
  // The shortest bar is still seen, and one alone does not fill the chart.
  const lowest = Math.log10(Math.min(...ratios, 1)) - 0.35;
  const highest = Math.max(Math.log10(Math.max(...ratios)), lowest + 1);
  return (ratio) => ((Math.log10(ratio) - lowest) / (highest - lowest)) * barWidth;
}

function gridLine(x: number, ratio: number, height: number): string {
  const line = element('line', { x1: x, x2: x, y1: top - 6, y2: height, class: 'grid' });
  return line + label(x, 12, `${ratio} x`, { class: 'tick', 'text-anchor': 'middle' });
}

/** Factors of ten that lie on the scale, and 1, where the reference is. */
function gridOf(scale: (ratio: number) => number, height: number): string {
  const lines: string[] = [];
  for (let exponent = -4; exponent <= 7; exponent++) {
    const x = scale(10 ** exponent);
    if (x >= 0 && x <= barWidth) lines.push(gridLine(nameWidth + x, 10 ** exponent, height));
  }
  return lines.join('');
}

/** A figure with a bar for every result. */
export function barChart({ group, threads, reference, results }: Comparison): string {
  const { title, operation } = groupText(group);
  const height = top + results.length * rowHeight + 4;
  const scale = scaleFor(results.map(({ ratio }) => ratio));
  const bars = results.map((result, index) => {
    const { peer, version, median, ratio, unit, language } = result;
    const y = top + index * rowHeight;
    const middle = y + rowHeight / 2 + 4;
    const length = Math.max(2, scale(ratio));
    const isOurs = peer.startsWith('vsr-metrics') || peer === reference;
    const kind = isOurs ? 'ours' : language === 'JavaScript' ? 'other' : 'native';
    const amount = formatAmount(median, unit);
    const parts = [
      element('title', {}, escapeText(`${peer} ${version}: ${amount}`)),
      label(nameWidth - 10, middle, peer, { class: 'name', 'text-anchor': 'end' }),
      element('rect', { x: nameWidth, y: y + 4, width: length, height: rowHeight - 9, rx: 3 }),
      label(nameWidth + length + 8, middle, `${amount}  ·  ${formatRatio(ratio)}`, {
        class: 'value',
      }),
    ];
    const data = { 'data-peer': peer, 'data-value': String(median) };
    return element('g', { class: `bar ${kind}`, ...data }, parts.join(''));
  });
  const heading = element('h3', {}, escapeText(title));
  const note = `${operation}; ${formatThreads(threads)}; ratios to ${reference}`;
  return element(
    'figure',
    { class: 'bars', 'data-group': group, 'data-threads': String(threads) },
    heading +
      element('figcaption', {}, escapeText(note)) +
      drawing(width, height, `${title}: ${note}`, gridOf(scale, height) + bars.join('')),
  );
}
