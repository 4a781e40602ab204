// One chart and the table that says the same in numbers.

import { lineStyles } from './colours.js';
import { element, setText, Table } from './dom.js';
import { formatQuantity, formatTime } from './format.js';
import { type Line, mostLines, type Range } from './lines.js';

export interface ChartKind {
  readonly title: string;
  /** Time in seconds, or 1/(1-p) of a percentile curve. */
  readonly axis: 'time' | 'percentile';
}

interface Shown {
  /** Undefined: all there is. */
  readonly range: Range | undefined;
  readonly unit: string;
  /** What is said when there are no lines. */
  readonly empty: string;
}

const plotHeight = 170;
const shortestSeconds = 60;
const powersOfTwo = Array.from({ length: 60 }, (_, exponent) => 2 ** exponent);
const columns = {
  time: ['now', 'lowest', 'highest'],
  percentile: ['p50', 'p95', 'p99', 'max'],
} as const;
/** Lines of one colour: the first is drawn through, the others have these dashes. */
const dashes = [[], [7, 4], [2, 3], [11, 4, 2, 4]];

export class Chart {
  readonly root = element('div');
  readonly #plotElement: HTMLElement;
  readonly #empty = element('p', { class: 'empty' });
  readonly #legend = element('div', { class: 'legend', tabindex: '0', role: 'region' });
  readonly #more = element('p', { class: 'muted' });
  readonly #estimate = element('p', { class: 'muted estimate' });
  readonly #table: Table;
  readonly #kind: ChartKind;
  #plot: uPlot | undefined;
  #lines: readonly Line[] = [];
  #unit = '';
  #shape = '';

  constructor(kind: ChartKind) {
    this.#kind = kind;
    this.#plotElement = element('div', {
      class: 'plot',
      tabindex: '0',
      role: 'img',
      'aria-label': `${kind.title}: chart. The arrow keys move through it; the table below has its values.`,
    });
    const numeric = columns[kind.axis].map((title) => ({ title, isNumber: true }));
    this.#table = new Table(kind.title, [{ title: 'series' }, ...numeric]);
    this.#legend.setAttribute('aria-label', `${kind.title}: values`);
    this.#legend.append(this.#table.root, this.#more, this.#estimate);
    this.root.append(this.#plotElement, this.#empty, this.#legend);
    new ResizeObserver(() => this.#resize()).observe(this.#plotElement);
    this.#plotElement.addEventListener('keydown', (event) => this.#onKey(event));
    this.#plotElement.addEventListener('blur', () =>
      this.#plot?.setCursor({ left: -10, top: -10 }),
    );
  }

  /** Draws these lines, at most eight of them. */
  show(lines: readonly Line[], { range, unit, empty }: Shown): void {
    const drawn = lines.slice(0, mostLines);
    this.#lines = drawn;
    this.#unit = unit;
    const isEmpty = drawn.length === 0;
    this.#plotElement.hidden = isEmpty;
    this.#legend.hidden = isEmpty;
    this.#empty.hidden = !isEmpty;
    setText(this.#empty, empty);
    const more = lines.length - drawn.length;
    setText(this.#more, more > 0 ? `${more} more: choose one replica` : '');
    if (!isEmpty) this.#draw(drawn, range);
    this.#showLegend();
  }

  /** Draws anew, in the colours that hold now. */
  restyle(): void {
    this.#shape = '';
  }

  #draw(lines: readonly Line[], range: Range | undefined): void {
    const tables = lines.map(({ x, y }) => [[...x], [...y]] as uPlot.AlignedData);
    const data = lines.length === 1 ? tables[0]! : uPlot.join(tables);
    const shape = JSON.stringify([this.#unit, ...lines.map(({ name, colour }) => [name, colour])]);
    if (this.#plot === undefined || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#plotElement.replaceChildren();
      this.#plot = new uPlot(this.#options(lines), data, this.#plotElement);
      this.#shape = shape;
    } else {
      this.#plot.setData(data, range === undefined);
    }
    if (range !== undefined) this.#plot.setScale('x', within(lines, range));
  }

  #resize(): void {
    const width = this.#plotElement.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: plotHeight });
  }

  #onKey(event: KeyboardEvent): void {
    const plot = this.#plot;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (plot === undefined || step === undefined) return;
    event.preventDefault();
    const x = plot.data[0];
    const last = x.length - 1;
    const index = Math.min(Math.max((plot.cursor.idx ?? last + 1) + step, 0), last);
    plot.setCursor({ left: plot.valToPos(x[index]!, 'x'), top: plotHeight / 3 });
  }

  /** The values of now, or of where the cursor stands. */
  #showLegend(): void {
    const isTime = this.#kind.axis === 'time';
    const index = this.#plot?.cursor.idx;
    const at = index === null || index === undefined ? undefined : this.#plot!.data[0][index];
    const title = isTime ? formatTime((at ?? 0) * 1000) : percentText(at ?? 0);
    this.#table.retitle(1, at === undefined ? columns[this.#kind.axis][0] : title);
    const rows = this.#lines.map((line) => {
      const known = line.y.filter((value) => value !== null);
      const exact = (percent: string) => line.exact?.[percent];
      const first = isTime ? line.y.at(-1) : exact('50');
      const others = isTime
        ? [least(known), most(known)]
        : [exact('95'), exact('99'), exact('100')];
      const pointed = at === undefined ? first : isTime ? lastAt(line, at) : valueAt(line, at);
      const numbers = [pointed, ...others].map((value) => formatQuantity(value, this.#unit));
      const moment = at ?? line.x.at(-1) ?? Number.POSITIVE_INFINITY;
      if (line.estimatedTo !== undefined && moment <= line.estimatedTo) {
        numbers[0] = `≈ ${numbers[0]}`;
      }
      return { key: line.name, cells: [line.name, ...numbers] };
    });
    this.#table.show(rows);
    const styles = lineStyles(this.#lines);
    rows.forEach((_, row) => {
      const heading = this.#table.row(row).cells[0]!;
      const swatch = heading.querySelector('.swatch') ?? element('i');
      const { colour, dash } = styles[row]!;
      swatch.className = `swatch series-${colour}${dash > 0 ? ' dashed' : ''}`;
      if (swatch.parentElement === null) heading.prepend(swatch);
    });
    const estimated = this.#lines.flatMap(({ estimatedTo = [] }) => estimatedTo);
    const until = Math.max(...estimated);
    setText(
      this.#estimate,
      estimated.length === 0 ? '' : `up to ${formatTime(until * 1000)} estimated from buckets (≈)`,
    );
    this.#estimate.hidden = estimated.length === 0;
  }

  #options(lines: readonly Line[]): uPlot.Options {
    const isTime = this.#kind.axis === 'time';
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = {
      stroke: colour('--faint'),
      grid,
      ticks: { ...grid, size: 4 },
      font: '11px system-ui, sans-serif',
    };
    const values = (_: uPlot, splits: number[]) =>
      splits.map((each) => formatQuantity(each, this.#unit));
    const times = (_: uPlot, splits: number[]) => splits.map((each) => formatTime(each * 1000));
    const percents = (_: uPlot, splits: number[]) => splits.map(percentText);
    const styles = lineStyles(lines);
    return {
      width: Math.max(this.#plotElement.clientWidth, 100),
      height: plotHeight,
      legend: { show: false },
      padding: [8, isTime ? 12 : 30, 0, 0],
      cursor: {
        drag: { x: false, y: false },
        points: { size: 7 },
        ...(isTime && { sync: { key: 'time' } }),
      },
      hooks: { setCursor: [() => this.#showLegend()] },
      scales: {
        x: isTime ? { time: true } : { time: false, distr: 3, log: 10 },
        y: { range: (_, low, high) => axisRange(low, high) },
      },
      axes: [
        isTime
          ? { ...axis, size: 30, space: 80, values: times }
          : { ...axis, size: 30, splits: decades, filter: (_, splits) => splits, values: percents },
        {
          ...axis,
          size: 64,
          values,
          ...(this.#unit.startsWith('bytes') && { incrs: powersOfTwo }),
        },
      ],
      series: [
        {},
        ...lines.map((line, index) => ({
          label: line.name,
          stroke: colour(`--series-${styles[index]!.colour}`),
          dash: dashes[styles[index]!.dash % dashes.length]!,
          width: 1.75,
          ...(lines.length === 1 && { fill: colour('--area') }),
          spanGaps: true,
          points: { show: (plot: uPlot) => plot.data[0].length < 3 },
        })),
      ],
    };
  }
}

/** The range, without the time before anything was recorded. */
function within(lines: readonly Line[], [from, to]: Range) {
  const first = lines.reduce((least, { x }) => Math.min(least, x[0] ?? to), to);
  return { min: Math.max(from, Math.min(first, to - shortestSeconds)), max: to };
}

/** From zero, so that the height of a line says how much it is. */
function axisRange(low: number | null, high: number | null): [number, number] {
  const top = high ?? 1;
  const bottom = Math.min(low ?? 0, 0);
  return [bottom, top > bottom ? top + (top - bottom) * 0.08 : bottom + 1];
}

/** 1, 10, 100: no, 90, 99 per cent; only as many as there is room for. */
function decades(plot: uPlot, _: number, low: number, high: number): number[] {
  const from = Math.max(Math.round(Math.log10(low)), 0);
  const count = Math.floor(Math.log10(high) + 1e-9) - from + 1;
  const room = Math.max(Math.floor(plot.width / 75), 1);
  const step = Math.max(Math.ceil(count / room), 1);
  return Array.from({ length: Math.max(Math.ceil(count / step), 0) }, (_, index) => {
    return 10 ** (from + index * step);
  });
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

/** The last value up to a time. */
function lastAt({ x, y }: Line, at: number): number | null | undefined {
  return y[x.findLastIndex((each) => each <= at)];
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
