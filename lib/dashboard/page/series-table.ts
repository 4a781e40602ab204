// Every series there is, with its value of now.

import { find, table } from './dom.js';
import { formatLabels, formatNumber } from './format.js';
import type { Choice } from './panels.js';
import { numberOf, type Series, type Store } from './store.js';

const mostRows = 300;

const columns = [
  { title: 'metric' },
  { title: 'labels' },
  { title: 'value', isNumber: true },
  { title: 'per second', isNumber: true },
  { title: 'p50', isNumber: true },
  { title: 'p99', isNumber: true },
];

/** The series whose name or labels hold what the filter says, of the replica that was chosen. */
export function showSeries(store: Store, { replicaLabel, replica }: Choice): void {
  const words = find<HTMLInputElement>('#filter').value.toLowerCase().split(/\s+/);
  const rows = store.families.flatMap(({ name, kind }) =>
    store
      .series(name)
      .filter(({ labels }) => {
        const text = `${name} ${formatLabels(labels)}`.toLowerCase();
        const its = replicaLabel === undefined ? undefined : labels[replicaLabel];
        const isChosen = replica === undefined || its === undefined || its === replica;
        return isChosen && words.every((word) => text.includes(word));
      })
      .map((series) => ({
        key: `${name} ${formatLabels(series.labels)}`,
        cells: [name, formatLabels(series.labels), ...numbers(store, name, kind, series)],
      })),
  );
  const shown = rows.slice(0, mostRows);
  const more = rows.length > shown.length ? `; the first ${mostRows} are shown` : '';
  find('#series-count').textContent = `${rows.length} series${more}`;
  find('#series .scroll').replaceChildren(table('All series', columns, shown));
}

function numbers(store: Store, name: string, kind: string, series: Series): string[] {
  const { labels, value, count, percentiles, recent } = series;
  const rate = kind === 'gauge' ? '' : formatNumber(store.rate(name, labels));
  if (count === undefined) return [exact(numberOf(value)), rate, '', ''];
  const shown = recent !== undefined && recent.count > 0 ? recent.percentiles : percentiles;
  return [String(count), rate, formatNumber(shown?.['50']), formatNumber(shown?.['99'])];
}

/** In full: whoever looks here compares. */
function exact(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)));
}
