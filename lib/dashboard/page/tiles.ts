// The first numbers one looks for, each with its way over the chosen time.

import type { ForemostPlace } from '../../catalogues/cluster/profile.js';
import { element, find, setText } from './dom.js';
import {
  choose,
  countsErrors,
  familiesWithErrors,
  foremost,
  isLatency,
  isResource,
  isShared,
  isState,
  isThroughput,
} from './families.js';
import { formatNumber, formatQuantity, formatTime, unitOf } from './format.js';
import {
  combined,
  type Line,
  lagLines,
  percentileLine,
  type Range,
  rateLine,
  valueLine,
} from './lines.js';
import type { Choice } from './panels.js';
import { type Family, growth, report, type Store, type Track } from './store.js';

/** What a tile says now. */
interface Said {
  readonly line: Line;
  readonly unit: string;
  /** Unless it is how far up the line went. */
  readonly more?: string;
  /** Unless the family or the tile has one. */
  readonly title?: string;
}

interface Tile {
  readonly title: string;
  readonly families: (store: Store) => readonly Family[];
  readonly say: (store: Store, families: readonly Family[], choice: Choice, range: Range) => Said;
}

const tiles: readonly Tile[] = [
  {
    title: 'Throughput',
    families: one(isThroughput, 'throughput'),
    say: (store, [family], choice, range) => {
      const { name } = family!;
      const how = isShared(store, name) ? 'max' : 'sum';
      const good = store
        .tracksOf(name, choice)
        .filter(({ labels }) => !countsErrors(family!, labels));
      return { line: combined(name, rates(good, range), how), unit: unitOf(family!) };
    },
  },
  {
    title: 'Latency, p99',
    families: one(isLatency, 'latency'),
    say: (store, [family], choice, range) => {
      const { name } = family!;
      const tracks = store.tracksOf(name, choice);
      const merged = choice.replica === undefined ? store.mergedTrack(name) : undefined;
      const of = (percent: string) =>
        merged === undefined
          ? combined(
              '',
              tracks.map((track) => percentileLine('', track, percent, range)),
              'max',
            )
          : percentileLine('', merged, percent, range);
      const unit = unitOf(family!);
      const [p50, p95] = ['50', '95'].map((percent) => formatQuantity(now(of(percent)), unit));
      // Histograms whose buckets differ cannot be put together.
      const whose = merged === undefined && tracks.length > 1 ? ' · highest of all series' : '';
      return { line: of('99'), unit, more: `p50 ${p50} · p95 ${p95}${whose}` };
    },
  },
  {
    title: 'Lag and load',
    families: (store) => {
      const behind = positionOf(store);
      return behind === undefined ? gauge(isState, 'state')(store) : [behind];
    },
    say: (store, [family], choice, range) => {
      const behind = positionOf(store);
      if (behind === undefined) return gaugeOf(store, family!, choice, range, 'max');
      const { name } = behind;
      const tracks = store.tracksOf(name, { ...choice, replica: undefined });
      const chosen = new Set(store.tracksOf(name, choice).map(({ labels }) => labels));
      const lines = lagLines(store, tracks, range).filter((_, index) =>
        chosen.has(tracks[index]!.labels),
      );
      return { line: combined('lag', lines, 'max'), unit: '', title: `${lagTitle(store)} lag` };
    },
  },
  {
    title: 'Errors',
    families: familiesWithErrors,
    say: (store, families, choice, range) => {
      const of = (family: Family) =>
        store.tracksOf(family.name, choice).filter(({ labels }) => countsErrors(family, labels));
      const lines = families.map((family) =>
        combined('', rates(of(family), range), isShared(store, family.name) ? 'max' : 'sum'),
      );
      const total = families.reduce((sum, family) => {
        const all = of(family).map((track) => grown(track, range));
        const isAll = !isShared(store, family.name);
        return sum + (isAll ? all.reduce((a, b) => a + b, 0) : Math.max(0, ...all));
      }, 0);
      const seconds = range[1] - range[0];
      const more = `${formatNumber(Math.round(total))} in ${formatQuantity(seconds, 'seconds')}`;
      return { line: combined('errors', lines, 'sum'), unit: 'per_sec', more };
    },
  },
  {
    title: 'Processor',
    families: gauge(isResource, 'processor'),
    say: (store, [family], choice, range) => gaugeOf(store, family!, choice, range, 'max'),
  },
  {
    title: 'Memory',
    families: gauge(isResource, 'memory'),
    say: (store, [family], choice, range) => gaugeOf(store, family!, choice, range, 'sum'),
  },
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
      const said = tile.say(store, families, choice, range);
      const usual = families.length === 1 ? titleOf(store, tile.title, families[0]!) : tile.title;
      setText(title, said.title ?? usual);
      root.title = families.map(({ name }) => name).join(', ');
      const { line, unit } = said;
      setText(value, formatQuantity(line.y.at(-1), unit));
      const highest = line.y.reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
      setText(more, said.more ?? `up to ${formatQuantity(highest, unit)}`);
      path.setAttribute('d', drawn(line, range, highest || 1));
    }
  }

  /** Nothing is known of now any more: what stands there is of then. */
  lose(): void {
    const { takenAt } = this.#store.values;
    if (takenAt === 0) return;
    for (const { value, more } of this.#made) {
      const before = value.textContent;
      if (before === lostValue) continue;
      setText(value, lostValue);
      setText(more, `${before} at ${formatTime(takenAt)}`);
    }
  }
}

const lostValue = '–';

/** Where the members of a cluster are, when lag can be derived from that. */
function positionOf(store: Store): Family | undefined {
  const { cluster } = store.values;
  const position = store.membersProfile()?.members?.position;
  if (position === undefined || (cluster?.members.length ?? 0) < 2) return undefined;
  return store.family(position);
}

function lagTitle(store: Store): string {
  const member = store.values.cluster?.member ?? 'member';
  return `${member[0]!.toUpperCase()}${member.slice(1)}`;
}

/** The foremost gauge; one that nobody named may mean anything, and the charts below have it. */
function gauge(accepts: (family: Family) => boolean, place: ForemostPlace) {
  return (store: Store): readonly Family[] => {
    const names = foremost(store, place);
    const found = choose(store.families.filter(accepts), names, (name) => hasAny(store, name));
    return found !== undefined && names.includes(found.name) ? [found] : [];
  };
}

function gaugeOf(
  store: Store,
  family: Family,
  choice: Choice,
  range: Range,
  how: 'sum' | 'max',
): Said {
  const lines = store.tracksOf(family.name, choice).map((track) => valueLine('', track, range));
  return { line: combined(family.name, lines, how), unit: unitOf(family) };
}

/** A gauge's tile says which it is: what stands there differs from catalogue to catalogue. */
function titleOf(store: Store, usual: string, { name }: Family): string {
  return store.profiles.map(({ titles }) => titles[name]).find((title) => title) ?? usual;
}

function one(accepts: (family: Family) => boolean, place: ForemostPlace) {
  return (store: Store): readonly Family[] => {
    const names = foremost(store, place);
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
