// What `top` knows: the series of all files as rows, with what happened since the last look.

import type { Cluster } from '../../catalogues/cluster/cluster.js';
import type { Part } from '../../catalogues/cluster/readings.js';
import {
  type ClusterOptions,
  type ClusterWatch,
  createClusterWatch,
} from '../../catalogues/cluster/watch.js';
import type { HistogramReading } from '../../core/reading/histogram-reading.js';
import type { Writer } from '../../core/reading/reader.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { SeriesSnapshot, SnapshotLayout } from '../../core/region/directory.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import { mergedReading, type Standing } from '../../exposition/merged-reading.js';
import { seriesText } from '../../exposition/samples.js';
import { WatchedFile } from '../../server/watched-file.js';
import { nameFiles } from '../files.js';
import { printable } from '../text.js';

/** How many values of the past a row has. */
export const trendLength = 60;

export interface Row {
  /** The position of its file; undefined: it is of several series, of one file or more. */
  readonly file: number | undefined;
  readonly info: SeriesInfo;
  /** The metric's name and its labels, without those that all series of the file share. */
  readonly metric: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Where its family stands in the catalogue. */
  readonly order: number;
  /** A counter's total, a histogram's count, a gauge's value. */
  readonly value: number;
  /** Per second, of counters and histograms; undefined until there is something to compare with. */
  readonly rate: number | undefined;
  /** What a histogram recorded since the last look, and ever. */
  readonly interval: HistogramReading | undefined;
  readonly total: HistogramReading | undefined;
  /** Rates of counters, 99th percentiles of histograms, values of gauges; NaN where there is none. */
  readonly trend: readonly number[];
}

export interface FileState {
  readonly name: string;
  /** Why it cannot be read; then nothing else is known. */
  readonly problem: string | undefined;
  readonly writer: Writer | undefined;
  readonly startedAt: number | undefined;
  /** Labels that all of its series have, as `replica_id=0`. */
  readonly sharedLabels: readonly string[];
}

interface Watched {
  readonly file: WatchedFile;
  readonly name: string;
  readonly trends: Map<string, number[]>;
  state: FileState;
  snapshot: Snapshot | undefined;
  before: Snapshot | undefined;
}

export class Model {
  readonly #watched: readonly Watched[];
  readonly #orders = new Map<string, number>();
  readonly #togetherTrends = new Map<string, number[]>();
  readonly #watch: ClusterWatch;
  #cluster: Cluster | undefined;
  #rows: readonly Row[] = [];

  constructor(paths: readonly string[], hungAfterMs: number, cluster: ClusterOptions = {}) {
    this.#watch = createClusterWatch(cluster);
    const names = nameFiles(paths).map(printable);
    this.#watched = paths.map((path, index) => ({
      file: new WatchedFile(path, { hungAfterMs }),
      name: names[index]!,
      trends: new Map(),
      state: unread(names[index]!, undefined),
      snapshot: undefined,
      before: undefined,
    }));
  }

  /** How the cluster does that the files show; undefined when their families know no members. */
  get cluster(): Cluster | undefined {
    return this.#cluster;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get files(): readonly FileState[] {
    return this.#watched.map(({ state }) => state);
  }

  /** Reads all files, and compares them with what they said the last time. */
  sample(): void {
    const rows = this.#watched.flatMap((watched, file) => this.#sampleFile(watched, file));
    this.#rows = [...rows, ...this.#together()];
    const parts = this.#watched.flatMap(({ snapshot, state, name }): Part[] => {
      if (snapshot === undefined) return [];
      const labels = this.#watched.length > 1 ? { file: name } : {};
      return [{ snapshot, writer: state.writer?.state, labels }];
    });
    this.#cluster = this.#watch.observeParts(parts);
  }

  /** A row for every histogram that has several series: all of them as one. */
  #together(): Row[] {
    const found = new Map<string, (Standing & { readonly before: Snapshot | undefined })[]>();
    for (const { snapshot, before } of this.#watched) {
      for (const { info, series } of snapshot?.families ?? []) {
        if (info.kind !== 'histogram') continue;
        const all = series.map((each) => ({ snapshot: snapshot!, series: each, before }));
        found.set(info.name, [...(found.get(info.name) ?? []), ...all]);
      }
    }
    const rows = Array.from(found).flatMap(([name, all]): Row[] => {
      const total = all.length < 2 ? undefined : mergedReading(all);
      if (total === undefined) return [];
      const earlier = all.flatMap(({ before, series }): Standing[] => {
        const its = before && seriesByInfo(before.layout).get(series.info);
        return its === undefined ? [] : [{ snapshot: before!, series: its }];
      });
      const then = earlier.length < all.length ? undefined : mergedReading(earlier);
      const { snapshot, before } = all[0]!;
      const seconds = before === undefined ? 0 : (snapshot.takenAt - before.takenAt) / 1000;
      const row: Row = {
        file: undefined,
        info: { ...all[0]!.series.info, labels: [] },
        metric: `${name} (all)`,
        labels: [],
        order: this.#orders.get(name)!,
        value: total.count,
        rate: then === undefined || seconds <= 0 ? undefined : (total.count - then.count) / seconds,
        interval: then === undefined ? undefined : total.since(then),
        total,
        trend: [],
      };
      return [row];
    });
    keepTrends(this.#togetherTrends, rows, ({ metric }) => metric);
    return rows.map((row) => ({ ...row, trend: this.#togetherTrends.get(row.metric)! }));
  }

  #sampleFile(watched: Watched, file: number): Row[] {
    const reading = watched.file.read();
    if (reading.problem !== undefined) {
      // Its name stands beside it.
      const { path } = watched.file;
      const start = reading.problem.startsWith(`${path} `) ? path.length + 1 : 0;
      watched.state = unread(watched.name, printable(reading.problem.slice(start)));
      watched.snapshot = undefined;
      watched.before = undefined;
      watched.trends.clear();
      return [];
    }
    const { snapshot, writer } = reading;
    const shared = sharedLabels(snapshot.layout);
    watched.state = {
      name: watched.name,
      problem: undefined,
      writer,
      startedAt: snapshot.startedAt,
      sharedLabels: Array.from(shared, ([name, value]) => printable(`${name}=${value}`)),
    };
    const rows = this.#rowsOf(snapshot, watched.snapshot, file, shared);
    keepTrends(watched.trends, rows, ({ info }) => seriesText(info));
    watched.before = watched.snapshot;
    watched.snapshot = snapshot;
    return rows.map((row) => ({ ...row, trend: watched.trends.get(seriesText(row.info))! }));
  }

  #rowsOf(
    snapshot: Snapshot,
    before: Snapshot | undefined,
    file: number,
    shared: ReadonlyMap<string, string>,
  ): Row[] {
    const earlier = before === undefined ? undefined : seriesByInfo(before.layout);
    const seconds = before === undefined ? 0 : snapshot.secondsSince(before);
    return snapshot.families.flatMap(({ info: family, series }) => {
      const order = this.#orders.get(family.name) ?? this.#orders.size;
      this.#orders.set(family.name, order);
      return series.map((each): Row => {
        const at = each.offset + (family.kind === 'histogram' ? family.bounds.length : 0);
        const value = snapshot.values[at]!;
        const then = earlier?.get(each.info);
        const total = snapshot.read(each);
        const interval = then === undefined ? undefined : total?.since(before!.read(then));
        const grown =
          value - (then === undefined ? 0 : before!.values[at - each.offset + then.offset]!);
        const isRate = family.kind !== 'gauge' && then !== undefined && seconds > 0;
        return {
          file,
          info: each.info,
          metric: family.name,
          // An empty label is as if it were not there.
          labels: each.info.labels
            .filter(([name, value]) => !shared.has(name) && value !== '')
            .map(([name, value]) => [name, printable(value)]),
          order,
          value,
          rate: isRate ? grown / seconds : undefined,
          interval,
          total,
          trend: [],
        };
      });
    });
  }
}

function unread(name: string, problem: string | undefined): FileState {
  return { name, problem, writer: undefined, startedAt: undefined, sharedLabels: [] };
}

/** Adds what each row says now, and forgets series that are gone. */
function keepTrends(
  trends: Map<string, number[]>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): void {
  const gone = new Set(trends.keys());
  for (const row of rows) {
    const key = keyOf(row);
    gone.delete(key);
    trends.set(key, [...(trends.get(key) ?? []), trendValue(row)].slice(-trendLength));
  }
  for (const key of gone) trends.delete(key);
}

function trendValue({ info, value, rate, interval }: Row): number {
  switch (info.family.kind) {
    case 'counter':
      return rate ?? Number.NaN;
    case 'gauge':
      return value;
    case 'histogram':
      return interval?.percentile(99) ?? Number.NaN;
  }
}

function seriesByInfo({ families }: SnapshotLayout): ReadonlyMap<SeriesInfo, SeriesSnapshot> {
  return new Map(
    families.flatMap(({ series }) => series.map((each) => [each.info, each] as const)),
  );
}

/** Labels that would say the same in every row: all series that have them have the same value. */
function sharedLabels({ families }: SnapshotLayout): ReadonlyMap<string, string> {
  const values = new Map<string, string | undefined>();
  const counts = new Map<string, number>();
  for (const { series } of families) {
    for (const { info } of series) {
      for (const [name, value] of info.labels) {
        if (value === '') continue;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        if (!values.has(name)) values.set(name, value);
        else if (values.get(name) !== value) values.set(name, undefined);
      }
    }
  }
  const shared = new Map<string, string>();
  for (const [name, value] of values) {
    if (value !== undefined && counts.get(name)! > 1) shared.set(name, value);
  }
  return shared;
}
