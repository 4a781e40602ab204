// Numbers as people read them, and rows as columns.

import type { Unit } from './types.js';

/**
 * @example
 * formatTime(1_734); // '1.73 us'
 */
export function formatTime(nanoseconds: number): string {
  const units = [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const;
  const [unit, size] = units.find(([, least]) => nanoseconds >= least) ?? (['ns', 1] as const);
  const value = nanoseconds / size;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/**
 * @example
 * formatBytes(2_048); // '2.00 KiB'
 */
export function formatBytes(bytes: number): string {
  const units = [
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const;
  const found = units.find(([, least]) => bytes >= least);
  if (found === undefined) return `${bytes.toFixed(0)} B`;
  return `${(bytes / found[1]).toPrecision(3)} ${found[0]}`;
}

/**
 * @example
 * formatAmount(2_048, 'bytes'); // '2.00 KiB'
 */
export function formatAmount(value: number, unit: 'ns' | 'bytes'): string {
  return unit === 'ns' ? formatTime(value) : formatBytes(value);
}

/**
 * @example
 * formatRatio(0.345); // '0.345 x'
 */
export function formatRatio(ratio: number): string {
  const digits = ratio >= 100 ? 0 : ratio >= 10 ? 1 : ratio >= 1 ? 2 : ratio >= 0.1 ? 3 : 4;
  return `${ratio.toFixed(digits)} x`;
}

/**
 * @example
 * formatCount(1234567); // '1,234,567'
 */
export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A limit, or what was measured for it. */
export function formatMeasure(value: number, unit: Unit): string {
  if (unit === 'x') return formatRatio(value);
  return unit === 'collections' ? formatCount(value) : formatAmount(value, unit);
}

export function formatThreads(threads: number): string {
  return `${threads} thread${threads === 1 ? '' : 's'}`;
}

/** Rows as lines: the first column to the left, the others to the right. */
export function alignColumns(rows: ReadonlyArray<readonly string[]>): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
