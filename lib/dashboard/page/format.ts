// Numbers and labels as people read them.

import type { Labels } from './store.js';

/** Four significant digits, with a prefix from a thousand on: 12.35k. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size < 10_000) {
    if (Number.isInteger(value)) return String(value);
    if (size < 0.0001) return value.toExponential(2);
    return String(Number(value.toPrecision(4)));
  }
  for (const [factor, prefix] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= factor) return `${Number((value / factor).toPrecision(4))}${prefix}`;
  }
  return String(value);
}

/** Counts in full, as the API has them. */
export function formatWhole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : String(value);
}

/** Without the labels that every one of the others shares as well. */
export function formatLabels(labels: Labels, hidden: ReadonlySet<string> = new Set()): string {
  return Object.entries(labels)
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

export function unitOf(unit: string | null): string {
  return unit === null ? '' : unit.replaceAll('_per_sec', '/s').replaceAll('_', ' ');
}

/** Labels that have the same value everywhere tell nothing apart. */
export function sharedLabels(all: readonly Labels[]): Set<string> {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return new Set();
  return new Set(
    Object.keys(first).filter((name) => others.every((labels) => labels[name] === first[name])),
  );
}

/** The time of day here, of unix milliseconds. */
export function formatTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
