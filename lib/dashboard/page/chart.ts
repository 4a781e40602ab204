// One chart and the table that says the same in numbers.

import { element, table } from './dom.js';
import { formatNumber, formatTime } from './format.js';

export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

export interface ChartKind {
  readonly title: string;
  /** Time in seconds, or 1/(1-p) of a percentile curve. */
  readonly axis: 'time' | 'percentile';
}

export const mostLines = 8;

const plotHeight = 170;
const shortestSeconds = 60;

export class Chart {
  readonly root = element('div');
  readonly #plotElement = element('div', { class: 'plot', 'aria-hidden': 'true' });
  readonly #legend = element('div', { class: 'legend', tabindex: '0', role: 'region' });
  readonly #kind: ChartKind;
  #plot: uPlot | undefined;
  #shape = '';

  constructor(kind: ChartKind) {
    this.#kind = kind;
    this.#legend.setAttribute('aria-label', `${kind.title}: values`);
    this.root.append(this.#plotElement, this.#legend);
    new ResizeObserver(() => this.#resize()).observe(this.#plotElement);
  }

  /** Draws these lines, at most eight of them. */
  show(lines: readonly Line[], range: readonly [number, number] | undefined): void {
    const drawn = lines.slice(0, mostLines);
    this.#showLegend(drawn, lines.length);
    if (drawn.length === 0) {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#shape = '';
      this.#plotElement.replaceChildren(element('p', { class: 'empty' }, 'nothing recorded yet'));
      return;
    }
    const tables = drawn.map(({ x, y }) => [[...x], [...y]] as uPlot.AlignedData);
    const data = drawn.length === 1 ? tables[0]! : uPlot.join(tables);
    const shape = JSON.stringify(drawn.map(({ name }) => name));
    if (this.#plot === undefined || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#plotElement.replaceChildren();
      this.#plot = new uPlot(this.#options(drawn), data, this.#plotElement);
      this.#shape = shape;
    } else {
      this.#plot.setData(data, range === undefined);
    }
    if (range !== undefined) this.#plot.setScale('x', within(drawn, range));
  }

  /** Draws anew, in the colours that hold now. */
  restyle(): void {
    this.#shape = '';
  }

  #resize(): void {
    const width = this.#plotElement.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: plotHeight });
  }

  #showLegend(lines: readonly Line[], all: number): void {
    const isTime = this.#kind.axis === 'time';
    const columns = isTime ? ['now', 'lowest', 'highest'] : ['p50', 'p99', 'max'];
    const rows = lines.map((line) => {
      const known = line.y.filter((value) => value !== null);
      const numbers = isTime
        ? [line.y.at(-1), least(known), most(known)]
        : [valueAt(line, 2), valueAt(line, 100), known.at(-1)];
      return { key: line.name, cells: [line.name, ...numbers.map(formatNumber)] };
    });
    const numeric = columns.map((title) => ({ title, isNumber: true }));
    const made = table(this.#kind.title, [{ title: 'series' }, ...numeric], rows);
    made.querySelectorAll('tbody th').forEach((cell, index) => {
      cell.prepend(element('span', { class: `swatch series-${index}` }));
    });
    this.#legend.hidden = rows.length === 0;
    const more = all - lines.length;
    const note = `${more} more: choose one replica`;
    this.#legend.replaceChildren(
      made,
      ...(more > 0 ? [element('p', { class: 'muted' }, note)] : []),
    );
  }

  #options(lines: readonly Line[]): uPlot.Options {
    const isTime = this.#kind.axis === 'time';
    const faint = colour('--faint');
    const grid = { stroke: colour('--line'), width: 1 };
    const font = '11px system-ui, sans-serif';
    const axis = { stroke: faint, grid, ticks: grid, font };
    const values = (_: uPlot, splits: number[]) => splits.map((each) => formatNumber(each));
    const times = (_: uPlot, splits: number[]) => splits.map((each) => formatTime(each * 1000));
    const percents = (_: uPlot, splits: number[]) => splits.map(percentText);
    return {
      width: Math.max(this.#plotElement.clientWidth, 100),
      height: plotHeight,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: {
        x: isTime ? { time: true } : { time: false, distr: 3, log: 10 },
        y: { range: (_, low, high) => axisRange(low, high) },
      },
      axes: [
        isTime
          ? { ...axis, space: 80, values: times }
          : { ...axis, splits: decades, values: percents },
        { ...axis, size: 52, values },
      ],
      series: [
        {},
        ...lines.map((line, index) => ({
          label: line.name,
          stroke: colour(`--series-${index}`),
          width: 1.5,
          spanGaps: true,
          points: { show: line.x.length < 3 },
        })),
      ],
    };
  }
}

/** The range, without the time before anything was recorded. */
function within(lines: readonly Line[], [from, to]: readonly [number, number]) {
  const first = lines.reduce((least, { x }) => Math.min(least, x[0] ?? to), to);
  return { min: Math.max(from, Math.min(first, to - shortestSeconds)), max: to };
}

/** From zero, so that the height of a line says how much it is. */
function axisRange(low: number | null, high: number | null): [number, number] {
  const top = high ?? 1;
  const bottom = Math.min(low ?? 0, 0);
  return [bottom, top > bottom ? top + (top - bottom) * 0.08 : bottom + 1];
}

/** 1, 10, 100: no, 90, 99 per cent. */
function decades(_: uPlot, __: number, low: number, high: number): number[] {
  const from = Math.round(Math.log10(low));
  const count = Math.floor(Math.log10(high) + 1e-9) - from + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, step) => 10 ** (from + step));
}

/** 1/(1-p) as people say it: 100 is 99 %. */
function percentText(inverse: number): string {
  return `${Number((100 - 100 / inverse).toFixed(6))} %`;
}

/** The first value of a percentile curve at or beyond 1/(1-p). */
function valueAt({ x, y }: Line, inverse: number): number | null | undefined {
  const index = x.findIndex((each) => each >= inverse - 1e-9);
  return index < 0 ? y.at(-1) : y[index];
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

/** A custom property as a canvas can take it, in the scheme that holds now. */
function colour(property: string): string {
  const probe = element('span', { hidden: '' });
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
