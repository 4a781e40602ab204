// The first numbers one looks for, each with its way over the chosen time.

import { element, find, setText } from './dom.js';
import {
  choose,
  foremost,
  isError,
  isLatency,
  isResource,
  isShared,
  isState,
  isThroughput,
} from './families.js';
import { formatNumber, formatQuantity, unitOf } from './format.js';
import { combined, type Line, percentileLine, type Range, rateLine, valueLine } from './lines.js';
import type { Choice } from './panels.js';
import { type Family, growth, report, type Store, type Track } from './store.js';

/** What a tile says now. */
interface Said {
  readonly line: Line;
  readonly unit: string;
  /** Unless it is how far up the line went. */
  readonly more?: string;
}

interface Tile {
  readonly title: string;
  readonly families: (store: Store) => readonly Family[];
  readonly say: (families: readonly Family[], tracks: TracksOf, range: Range) => Said;
}

type TracksOf = (family: Family) => readonly Track[];

const tiles: readonly Tile[] = [
  {
    title: 'Throughput',
    families: one(isThroughput, foremost.throughput),
    say: ([family], tracks, range) => {
      const { name } = family!;
      const how = isShared(name) ? 'max' : 'sum';
      const line = combined(name, rates(tracks(family!), range), how);
      return { line, unit: unitOf(family!) };
    },
  },
  {
    title: 'Latency, p99',
    families: one(isLatency, foremost.latency),
    say: ([family], tracks, range) => {
      const worst = (percent: string) =>
        combined(
          `p${percent}`,
          tracks(family!).map((track) => percentileLine('', track, percent, range)),
          'max',
        );
      const line = worst('99');
      const unit = unitOf(family!);
      return { line, unit, more: `p50 ${formatQuantity(now(worst('50')), unit)}` };
    },
  },
  gauge('Lag and load', isState, foremost.state, 'max'),
  {
    title: 'Errors',
    families: (store) => store.families.filter(isError),
    say: (families, tracks, range) => {
      const all = families.flatMap((family) => [...tracks(family)]);
      const line = combined('errors', rates(all, range), 'sum');
      const total = all.reduce((sum, track) => sum + grown(track, range), 0);
      const seconds = range[1] - range[0];
      const more = `${formatNumber(Math.round(total))} in ${formatQuantity(seconds, 'seconds')}`;
      return { line, unit: 'per_sec', more };
    },
  },
  gauge('Processor', isResource, foremost.processor, 'max'),
  gauge('Memory', isResource, foremost.memory, 'sum'),
];

export class Tiles {
  readonly #store: Store;
  readonly #made = tiles.map((tile) => ({ tile, ...make(tile.title) }));

  constructor(store: Store) {
    this.#store = store;
    find('#tiles').append(...this.#made.map(({ root }) => root));
  }

  show(choice: Choice): void {
    const store = this.#store;
    const to = store.values.takenAt / 1000;
    const range = [to - choice.rangeSeconds, to] as const;
    for (const { tile, root, title, value, more, path } of this.#made) {
      const families = tile.families(store);
      root.hidden = families.length === 0;
      if (families.length === 0) continue;
      for (const { name } of families) void store.follow(name).catch(report);
      const said = tile.say(families, ({ name }) => store.tracksOf(name, choice), range);
      setText(title, families.length === 1 ? titleOf(tile.title, families[0]!) : tile.title);
      root.title = families.map(({ name }) => name).join(', ');
      const { line, unit } = said;
      setText(value, formatQuantity(line.y.at(-1), unit));
      const highest = line.y.reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
      setText(more, said.more ?? `up to ${formatQuantity(highest, unit)}`);
      path.setAttribute('d', drawn(line, range, highest || 1));
    }
  }
}

/** A gauge's tile says which it is: what stands there differs from catalogue to catalogue. */
function gauge(
  title: string,
  accepts: (family: Family) => boolean,
  names: readonly string[],
  how: 'sum' | 'max',
): Tile {
  return {
    title,
    families: (store) => {
      const found = choose(store.families.filter(accepts), names, (name) => hasAny(store, name));
      // One that nobody named may mean anything; the charts below have it.
      return found !== undefined && names.includes(found.name) ? [found] : [];
    },
    say: ([family], tracks, range) => {
      const lines = tracks(family!).map((track) => valueLine('', track, range));
      return { line: combined(family!.name, lines, how), unit: unitOf(family!) };
    },
  };
}

const titles: Readonly<Record<string, string>> = {
  vsr_replica_lag_operations: 'Replica lag',
  kmb_projection_lag: 'Projection lag',
  streambus_consumer_group_lag: 'Consumer lag',
  kotoba_db_connections_active: 'Connections',
  kalki_active_connections: 'Connections',
  streambus_storage_available_bytes: 'Storage free',
  streambus_storage_used_bytes: 'Storage used',
  kmb_requests_in_flight: 'In flight',
  kmb_log_size_bytes: 'Log size',
};

function titleOf(usual: string, { name }: Family): string {
  return titles[name] ?? usual;
}

function one(accepts: (family: Family) => boolean, names: readonly string[]) {
  return (store: Store): readonly Family[] => {
    const found = choose(store.families.filter(accepts), names, (name) => hasAny(store, name));
    return found === undefined ? [] : [found];
  };
}

function hasAny(store: Store, name: string): boolean {
  return store.series(name).length > 0;
}

function rates(tracks: readonly Track[], range: Range): Line[] {
  return tracks.map((track) => rateLine('', track, range));
}

function now({ y }: Line): number | null | undefined {
  return y.at(-1);
}

function grown({ points }: Track, [from]: Range): number {
  return points.reduce((sum, { at, value }, index) => {
    const before = points[index - 1];
    return before === undefined || at < from * 1000 ? sum : sum + growth(before.value, value);
  }, 0);
}

function make(name: string) {
  const title = element('h3', {}, name);
  const value = element('p', { class: 'value' });
  const more = element('p', { class: 'more' });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  return {
    root: element('li', { class: 'tile' }, title, value, more, svg),
    title,
    value,
    more,
    path,
  };
}

const width = 100;
const height = 24;

/** From zero, over the time that something is known of. */
function drawn({ x, y }: Line, [from, to]: Range, highest: number): string {
  const first = Math.max(from, Math.min(x[0] ?? from, to - 60));
  return x
    .flatMap((at, index) => {
      const value = y[index] ?? null;
      if (value === null) return [];
      const right = ((at - first) / (to - first)) * width;
      const down = height - 1 - (Math.max(value, 0) / highest) * (height - 2);
      return [`${right.toFixed(1)} ${down.toFixed(1)}`];
    })
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${point}`)
    .join('');
}
