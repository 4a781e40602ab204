// What the keys of `top` do: a pure function from one state to the next.

import { unitsPerSecond } from '../../core/catalogue/units.js';
import type { Row } from './model.js';

export const orders = ['catalogue', 'name', 'rate', 'p99'] as const;
export type Order = (typeof orders)[number];

/** What the user has chosen. */
export interface Controls {
  readonly order: Order;
  readonly reverse: boolean;
  /** Series have all of these words in their name, labels or file. */
  readonly filter: string;
  /** The filter is being typed; what it was before, for Esc. */
  readonly editing: string | undefined;
  readonly paused: boolean;
  /** Percentiles since the start instead of the last interval. */
  readonly total: boolean;
  /** Also what has nothing recorded. */
  readonly all: boolean;
  /** The first row that is shown. */
  readonly scroll: number;
}

export const initialControls: Controls = {
  order: 'catalogue',
  reverse: false,
  filter: '',
  editing: undefined,
  paused: false,
  total: false,
  all: false,
  scroll: 0,
};

/** A key as node:readline tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What a key asks for besides other controls. */
export type Request = 'quit' | 'suspend' | 'redraw' | undefined;

/**
 * The controls after a key, and what else it asks for. `page` is how many rows are seen at once.
 *
 * @example
 * press(initialControls, { name: 's', sequence: 's' }, 20).controls.order; // 'name'
 */
export function press(
  controls: Controls,
  key: Key,
  page: number,
): { readonly controls: Controls; readonly request: Request } {
  if (key.ctrl === true) {
    const requests: Readonly<Record<string, Request>> = { c: 'quit', z: 'suspend', l: 'redraw' };
    return { controls, request: requests[key.name ?? ''] };
  }
  if (controls.editing !== undefined) return { controls: edit(controls, key), request: undefined };
  if (key.sequence === 'q') return { controls, request: 'quit' };
  return { controls: { ...controls, ...change(controls, key, page) }, request: undefined };
}

function change(controls: Controls, key: Key, page: number): Partial<Controls> {
  const { scroll } = controls;
  switch (key.sequence) {
    case 's':
      return { order: orders[(orders.indexOf(controls.order) + 1) % orders.length]!, scroll: 0 };
    case 'r':
      return { reverse: !controls.reverse, scroll: 0 };
    case '/':
      return { editing: controls.filter };
    case 'p':
    case ' ':
      return { paused: !controls.paused };
    case 't':
      return { total: !controls.total };
    case 'a':
      return { all: !controls.all, scroll: 0 };
    case 'j':
      return { scroll: scroll + 1 };
    case 'k':
      return { scroll: Math.max(0, scroll - 1) };
  }
  switch (key.name) {
    case 'down':
      return { scroll: scroll + 1 };
    case 'up':
      return { scroll: Math.max(0, scroll - 1) };
    case 'pagedown':
      return { scroll: scroll + page };
    case 'pageup':
      return { scroll: Math.max(0, scroll - page) };
    case 'home':
      return { scroll: 0 };
    case 'end':
      return { scroll: Number.MAX_SAFE_INTEGER };
    case 'escape':
      return { filter: '', scroll: 0 };
  }
  return {};
}

function edit(controls: Controls, { name, sequence = '' }: Key): Controls {
  const { filter, editing } = controls;
  switch (name) {
    case 'return':
    case 'enter':
      return { ...controls, editing: undefined };
    case 'escape':
      return { ...controls, filter: editing!, editing: undefined };
    case 'backspace':
      return { ...controls, filter: Array.from(filter).slice(0, -1).join('') };
  }
  const isText = /^[^\p{Control}]+$/u.test(sequence);
  return isText ? { ...controls, filter: filter + sequence, scroll: 0 } : controls;
}

/** The rows that are wanted, in the order that is wanted. */
export function arrange(
  rows: readonly Row[],
  { order, reverse, filter, total, all }: Controls,
  fileNames: readonly string[],
): Row[] {
  const words = filter.toLowerCase().split(' ');
  const wanted = rows.filter((row) => {
    const isGauge = row.info.family.kind === 'gauge';
    if (!all && (isGauge ? Number.isNaN(row.value) : row.value === 0)) return false;
    const text = [
      row.file === undefined ? '' : fileNames[row.file],
      row.metric,
      ...row.labels.map((label) => label.join('=')),
    ];
    const searched = text.join(' ').toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  // Milliseconds and seconds are compared in seconds; what is no time stays as it is.
  const p99 = ({ info, ...row }: Row) => {
    const found = (total ? row.total : row.interval)?.percentile(99);
    return found && found / (unitsPerSecond(info.family.unit) ?? 1);
  };
  const compareBy: Readonly<Record<Order, (one: Row, other: Row) => number>> = {
    catalogue: inCatalogue,
    name: (one, other) => compare(one.metric, other.metric),
    rate: (one, other) => descending(one.rate, other.rate),
    p99: (one, other) => descending(p99(one), p99(other)),
  };
  const sorted = wanted.sort(
    (one, other) => compareBy[order](one, other) || inCatalogue(one, other),
  );
  return reverse ? sorted.reverse() : sorted;
}

/** As declared; the same series of several files stand together. */
function inCatalogue(one: Row, other: Row): number {
  return (
    one.order - other.order ||
    Number(one.file === undefined) - Number(other.file === undefined) ||
    compare(one.labels.join(), other.labels.join()) ||
    (one.file ?? 0) - (other.file ?? 0)
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** The largest first; what has no number comes last. */
function descending(one = Number.NaN, other = Number.NaN): number {
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return other - one;
}
