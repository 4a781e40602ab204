// Several snapshots as one, so that whatever takes a snapshot takes many files at once.
//
//   const combiner = new SnapshotCombiner();
//   const { snapshot, omitted } = combiner.combine([
//     { snapshot: first, labels: { file: 'replica-0.metrics' } },
//     { snapshot: second, labels: { file: 'replica-1.metrics' } },
//   ]);
//
// Every series gets the labels of its part. One of its own that has the same name is renamed to
// exported_<name>, as Prometheus does when it scrapes. What no exposition could hold is left out:
// a family whose name means something else in an earlier part, and labels that are taken already.

import { exposedNames } from '../catalogue/clashes.js';
import type { FamilySnapshot, SeriesSnapshot, SnapshotLayout } from '../region/directory.js';
import type { FamilyInfo, SeriesInfo } from '../region/family-info.js';
import type { NativeExemplars } from '../region/native.js';
import { numbersOf, Snapshot } from './snapshot.js';

/** A snapshot, and the labels that tell its series from those of other parts. */
export interface SnapshotPart {
  readonly snapshot: Snapshot;
  readonly labels: Readonly<Record<string, string>>;
}

/** Something that is not in the combination. */
export interface Omission {
  /** Which part it stood in, by its position. */
  readonly part: number;
  readonly metric: string;
  /** How many series are missing. */
  readonly series: number;
  readonly reason: string;
}

export interface CombinedSnapshot {
  readonly snapshot: Snapshot;
  readonly omitted: readonly Omission[];
}

/** Combines the same parts again and again: the layout is kept while theirs do not change. */
export class SnapshotCombiner {
  #parts: readonly { readonly layout: SnapshotLayout; readonly labels: string }[] = [];
  #built: BuiltLayout = { layout: { families: [] }, omitted: [] };

  /**
   * The series of all parts in one snapshot, taken when the last of them was. Parts may come from
   * several machines: intervals are told by the clock of the first one's.
   */
  combine(parts: readonly SnapshotPart[]): CombinedSnapshot {
    const now = parts.map(({ snapshot: { layout }, labels }) => ({
      layout,
      labels: JSON.stringify(labels),
    }));
    const isSame =
      now.length === this.#parts.length &&
      now.every(({ layout, labels }, index) => {
        const before = this.#parts[index]!;
        return layout === before.layout && labels === before.labels;
      });
    if (!isSame) {
      this.#built = new LayoutBuilder().build(parts);
      this.#parts = now;
    }
    const snapshot = join(
      parts.map((part) => part.snapshot),
      this.#built.layout,
    );
    return { snapshot, omitted: this.#built.omitted };
  }
}

/**
 * Leaves out of snapshots the series that `keep` does not want, and families that have none left.
 * The layout is kept while theirs does not change, for what renderers keep for it.
 */
export class SnapshotSelector {
  readonly #keep: (series: SeriesInfo) => boolean;
  #from: SnapshotLayout | undefined;
  #selected: SnapshotLayout = { families: [] };

  constructor(keep: (series: SeriesInfo) => boolean) {
    this.#keep = keep;
  }

  select(snapshot: Snapshot): Snapshot {
    if (snapshot.layout !== this.#from) {
      const families = snapshot.families
        .map(({ info, series }) => ({
          info,
          series: series.filter((each) => this.#keep(each.info)),
        }))
        .filter(({ series }) => series.length > 0);
      this.#selected = { families };
      this.#from = snapshot.layout;
    }
    return new Snapshot(this.#selected, numbersOf(snapshot), snapshot.startedAt);
  }
}

/** The same for one snapshot. */
export function selectSeries(snapshot: Snapshot, keep: (series: SeriesInfo) => boolean): Snapshot {
  return new SnapshotSelector(keep).select(snapshot);
}

/** All numbers, one part behind the other; `layout` says where each stands then. */
function join(snapshots: readonly Snapshot[], layout: SnapshotLayout): Snapshot {
  const parts = snapshots.map(numbersOf);
  const cells = parts.map(({ cellIndex }) => cellIndex.length);
  const firstCells = runningTotals(cells);
  const firstSlots = runningTotals(parts.map(({ cellStart }) => cellStart.length));
  const startedAt = Math.min(...snapshots.map((snapshot) => snapshot.startedAt));
  const numbers = {
    takenAt: Math.max(...snapshots.map((snapshot) => snapshot.takenAt)),
    takenMonotonic: snapshots[0]?.takenMonotonic ?? 0,
    values: concatenate(
      Float64Array,
      parts.map((part) => part.values),
    ),
    cellStart: concatenate(
      Uint32Array,
      parts.map(({ cellStart }, part) => cellStart.map((start) => start + firstCells[part]!)),
    ),
    cellIndex: concatenate(
      Int32Array,
      parts.map((part) => part.cellIndex),
    ),
    cellCount: concatenate(
      Float64Array,
      parts.map((part) => part.cellCount),
    ),
    exemplars: joinExemplars(
      parts.map((part) => part.exemplars),
      firstSlots,
    ),
  };
  return new Snapshot(layout, numbers, startedAt);
}

function joinExemplars(
  parts: readonly (NativeExemplars | undefined)[],
  firstSlots: readonly number[],
): NativeExemplars | undefined {
  const present = parts.flatMap((columns, part) =>
    columns === undefined ? [] : [{ columns, firstSlot: firstSlots[part]! }],
  );
  if (present.length === 0) return undefined;
  const firstTexts = runningTotals(present.map(({ columns }) => columns.text.length));
  const all = <T extends Columns<T>>(
    type: new (length: number) => T,
    column: (columns: NativeExemplars, index: number) => T,
  ): T =>
    concatenate(
      type,
      present.map(({ columns }, index) => column(columns, index)),
    );
  return {
    series: all(Uint32Array, ({ series }, index) =>
      series.map((slot) => slot + present[index]!.firstSlot),
    ),
    bucket: all(Uint32Array, ({ bucket }) => bucket),
    value: all(Float64Array, ({ value }) => value),
    takenAt: all(Float64Array, ({ takenAt }) => takenAt),
    textEnd: all(Uint32Array, ({ textEnd }, index) =>
      textEnd.map((end) => end + firstTexts[index]!),
    ),
    text: all(Uint8Array, ({ text }) => text),
  };
}

interface Columns<T> {
  readonly length: number;
  set(from: T, offset: number): void;
}

function concatenate<T extends Columns<T>>(type: new (length: number) => T, parts: T[]): T {
  const starts = runningTotals(parts.map(({ length }) => length));
  const all = new type(starts.at(-1)!);
  parts.forEach((part, index) => {
    all.set(part, starts[index]!);
  });
  return all;
}

/** Where each of several lengths starts, and where the last one ends. */
function runningTotals(lengths: readonly number[]): number[] {
  const totals = [0];
  for (const length of lengths) totals.push(totals.at(-1)! + length);
  return totals;
}

interface BuiltLayout {
  readonly layout: SnapshotLayout;
  readonly omitted: readonly Omission[];
}

interface OpenFamily extends FamilySnapshot {
  readonly series: SeriesSnapshot[];
  /** The label sets that are taken. */
  readonly taken: Set<string>;
}

class LayoutBuilder {
  readonly #families = new Map<string, OpenFamily>();
  /** By every name that is exposed: the family it belongs to. */
  readonly #names = new Map<string, string>();
  readonly #omitted: Omission[] = [];

  build(parts: readonly SnapshotPart[]): BuiltLayout {
    let slots = 0;
    let offsets = 0;
    parts.forEach(({ snapshot, labels }, part) => {
      for (const family of snapshot.families) this.#add(family, part, labels, slots, offsets);
      const { cellStart, values } = numbersOf(snapshot);
      slots += cellStart.length;
      offsets += values.length;
    });
    const families = Array.from(this.#families.values(), ({ info, series }) => ({ info, series }));
    return { layout: { families }, omitted: this.#omitted };
  }

  #add(
    { info, series }: FamilySnapshot,
    part: number,
    labels: SnapshotPart['labels'],
    slots: number,
    offsets: number,
  ): void {
    const { name } = info;
    const added = Object.entries(labels);
    const names = withLabels(
      added,
      info.labels.map((label) => [label, '']),
    ).map(([label]) => label);
    const family = { ...info, labels: names };
    const open = this.#placeFor(family);
    if (typeof open === 'string') {
      this.#omitted.push({ part, metric: name, series: series.length, reason: open });
      return;
    }
    let repeated = 0;
    for (const each of series) {
      const all = withLabels(added, each.info.labels);
      const key = JSON.stringify([...all].sort(byName));
      if (open.taken.has(key)) {
        repeated += 1;
        continue;
      }
      open.taken.add(key);
      open.series.push({
        info: { ...each.info, slot: each.info.slot + slots, family, labels: all },
        offset: each.offset + offsets,
      });
    }
    if (repeated === 0) return;
    const reason = 'another series has the same labels';
    this.#omitted.push({ part, metric: name, series: repeated, reason });
  }

  /** Where the series of a family go, or why nowhere. */
  #placeFor(info: FamilyInfo): OpenFamily | string {
    const open = this.#families.get(info.name);
    if (open !== undefined) {
      const { kind } = open.info;
      return kind === info.kind ? open : `it is a ${info.kind}, and a ${kind} before`;
    }
    const names = exposedNames(info);
    const claimed = names.find((name) => this.#names.has(name));
    if (claimed !== undefined) {
      return `it would expose "${claimed}", as ${this.#names.get(claimed)} does`;
    }
    for (const name of names) this.#names.set(name, info.name);
    const opened = { info, series: [], taken: new Set<string>() };
    this.#families.set(info.name, opened);
    return opened;
  }
}

type Label = SeriesInfo['labels'][number];

/** What a series is called in a combination whose part has these labels. */
export function withLabels(added: readonly Label[], own: readonly Label[]): Label[] {
  const all = [...added];
  const taken = new Set(added.map(([name]) => name));
  const owned = new Set(own.map(([name]) => name));
  for (const [name, value] of own) {
    let renamed = name;
    while (taken.has(renamed) || (renamed !== name && owned.has(renamed))) {
      renamed = `exported_${renamed}`;
    }
    taken.add(renamed);
    all.push([renamed, value]);
  }
  return all;
}

function byName([a]: Label, [b]: Label): number {
  return a < b ? -1 : Number(a > b);
}
