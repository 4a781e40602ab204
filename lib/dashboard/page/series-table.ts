// Every series there is, with its value of now.

import { find, setText, Table } from './dom.js';
import { byNumber, formatLabels, formatQuantity, unitOf } from './format.js';
import { type Family, numberOf, type ReplicaChoice, type Series, type Store } from './store.js';

const mostRows = 300;
const together = 'all together';

export class SeriesTable {
  readonly #store: Store;
  readonly #table = new Table('All series', [
    { title: 'metric' },
    { title: 'labels' },
    { title: 'value', isNumber: true },
    { title: 'per second', isNumber: true },
    { title: 'p50', isNumber: true },
    { title: 'p95', isNumber: true },
    { title: 'p99', isNumber: true },
  ]);

  constructor(store: Store) {
    this.#store = store;
    find('#series .scroll').append(this.#table.root);
  }

  /** The series whose name or labels hold what the filter says, of the replica that was chosen. */
  show({ replicaLabel, replica }: ReplicaChoice): void {
    const words = find<HTMLInputElement>('#filter').value.toLowerCase().split(/\s+/);
    const found = this.#store.families.flatMap((family) =>
      this.#store
        .series(family.name)
        .filter(({ labels }) => {
          const text = `${family.name} ${formatLabels(labels)}`.toLowerCase();
          const its = replicaLabel === undefined ? undefined : labels[replicaLabel];
          const isChosen = replica === undefined || its === undefined || its === replica;
          return isChosen && words.every((word) => text.includes(word));
        })
        .sort((a, b) => byNumber(formatLabels(a.labels), formatLabels(b.labels)))
        .map((series) => ({ family, series, name: formatLabels(series.labels) }))
        .concat(replica === undefined ? this.#together(family, words) : []),
    );
    const rows = found.slice(0, mostRows).map(({ family, series, name: labels }) => {
      const cells = [family.name, labels, ...this.#numbers(family, series)];
      return { key: `${family.name} ${labels}`, cells };
    });
    const more = found.length > rows.length ? `; the first ${mostRows} are shown` : '';
    setText(find('#series-count'), `${found.length} series${more}`);
    this.#table.show(rows);
  }

  /** A histogram's series as one, where there are several. */
  #together(family: Family, words: readonly string[]) {
    const merged = this.#store.merged(family.name);
    const text = `${family.name} ${together}`.toLowerCase();
    if (merged === undefined || !words.every((word) => text.includes(word))) return [];
    return [{ family, series: { labels: {}, ...merged }, name: together }];
  }

  #numbers(family: Family, { labels, value, count, percentiles, recent }: Series): string[] {
    const rate = this.#store.rate(family.name, labels);
    const perSecond = unitOf({ ...family, kind: 'counter' });
    const speed = family.kind === 'gauge' ? '' : formatQuantity(rate, perSecond);
    if (count === undefined) return [exact(numberOf(value)), speed, '', '', ''];
    const shown = recent !== undefined && recent.count > 0 ? recent.percentiles : percentiles;
    const values = ['50', '95', '99'].map((percent) =>
      formatQuantity(shown?.[percent], unitOf(family)),
    );
    return [String(count), formatQuantity(rate, 'per_sec'), ...values];
  }
}

/** In full: whoever looks here compares. */
function exact(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)));
}
