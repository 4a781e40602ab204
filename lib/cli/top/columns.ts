// Which columns `top` shows, and what stands in them.

import type { HistogramReading } from '../../core/reading/histogram-reading.js';
import { formatNumber } from '../text.js';
import type { Row } from './model.js';
import { formatQuantity } from './quantity.js';

export interface Column {
  readonly title: string;
  text(row: Row, total: boolean): string;
}

/** For what a row has not got. */
const none = '-';

function quantile(title: string, of: (reading: HistogramReading) => number): Column {
  return {
    title,
    text: (row, total) => {
      if (row.info.family.kind !== 'histogram') return '';
      const reading = total ? row.total : row.interval;
      if (reading === undefined || reading.count === 0) return none;
      return formatQuantity(of(reading), row.info.family.unit);
    },
  };
}

/** All there are, from left to right. */
export const columns = {
  value: {
    title: 'VALUE',
    text: ({ info: { family }, value }: Row) =>
      // A gauge that nobody has set.
      Number.isNaN(value)
        ? none
        : family.kind === 'gauge'
          ? formatQuantity(value, family.unit)
          : formatNumber(value),
  },
  rate: {
    title: 'RATE/S',
    text: ({ info, rate }: Row) => {
      if (info.family.kind === 'gauge') return '';
      return rate === undefined ? none : formatNumber(rate);
    },
  },
  p50: quantile('P50', (reading) => reading.percentile(50)),
  p95: quantile('P95', (reading) => reading.percentile(95)),
  p99: quantile('P99', (reading) => reading.percentile(99)),
  max: quantile('MAX', (reading) => reading.max),
} as const satisfies Readonly<Record<string, Column>>;

export const columnWidth = 8;

/** Those that fit into `width` beside a name, the most important ones first. */
export function columnsFor(width: number): Column[] {
  const important = [
    columns.value,
    columns.rate,
    columns.p99,
    columns.p50,
    columns.p95,
    columns.max,
  ];
  const fitting = new Set<Column>(
    important.slice(0, Math.max(0, Math.floor(width / (columnWidth + 1)))),
  );
  return Object.values<Column>(columns).filter((column) => fitting.has(column));
}
