// What the page knows: the catalogue, the values of now, and their past.
//
// The past comes from the recorder in the region when a family is first shown, and from the values of
// each second from then on.

import type { Cluster } from '../../catalogues/cluster/cluster.js';
import type { MembersProfile, PageProfile } from '../../catalogues/cluster/profile.js';
import { byNumber, formatLabels, type Labels } from './format.js';

type JsonNumber = number | 'NaN' | '+Inf' | '-Inf';
type Percentiles = Readonly<Record<string, number | null>>;

export interface Family {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly unit: string | null;
  readonly labels: readonly string[];
}

export interface Series {
  readonly labels: Labels;
  readonly value?: JsonNumber;
  readonly count?: number;
  readonly percentiles?: Percentiles;
  readonly recent?: { readonly count: number; readonly percentiles: Percentiles };
}

/** Several histograms as one. */
export interface Merged {
  readonly count: number;
  readonly percentiles: Percentiles;
  readonly recent?: { readonly count: number; readonly percentiles: Percentiles };
}

/** What is known of a catalogue besides its families. */
export interface PageCatalogueProfile extends PageProfile {
  readonly name: string;
  readonly members?: Pick<
    MembersProfile,
    'member' | 'label' | 'status' | 'term' | 'leader' | 'position'
  >;
}

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** As the path api/v1/health has it. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: readonly {
    readonly name: string;
    readonly status: HealthStatus;
    readonly message: string;
    readonly critical: boolean;
    readonly ageMs: number | null;
  }[];
  /** Why the program itself does badly. */
  readonly process: { readonly reasons: readonly string[] };
}

export interface Values {
  readonly takenAt: number;
  /** Milliseconds on a clock that nobody sets. */
  readonly takenMonotonic: number;
  /** Of servers that have health checks. */
  readonly health?: HealthReport;
  /** Where the families know members. */
  readonly cluster?: Cluster;
  readonly families: readonly {
    readonly name: string;
    readonly series: readonly Series[];
    readonly merged?: Merged;
  }[];
}

export interface Point {
  readonly at: number;
  readonly value: number;
  readonly percentiles: Percentiles | undefined;
  /** Its percentiles are estimated from buckets, as those of the past are. */
  readonly isEstimated?: boolean;
}

export interface Track {
  readonly labels: Labels;
  points: Point[];
}

export interface ReplicaChoice {
  readonly replicaLabel: string | undefined;
  /** Undefined: all of them. */
  readonly replica: string | undefined;
}

interface Catalogue {
  readonly title?: string;
  readonly profiles: readonly PageCatalogueProfile[];
  readonly families: readonly Family[];
}

interface PastPoint {
  readonly at: number;
  readonly value: JsonNumber;
  readonly percentiles?: Percentiles;
}

interface History {
  readonly series: readonly { readonly labels: Labels; readonly points: readonly PastPoint[] }[];
  readonly merged?: { readonly points: readonly PastPoint[] };
}

const keptMs = 3_700_000;
/** Values come every second; further apart some are missing. */
const gapMs = 2500;

export class Store {
  families: readonly Family[] = [];
  profiles: readonly PageCatalogueProfile[] = [];
  /** Whose numbers these are. */
  title = '';
  values: Values = { takenAt: 0, takenMonotonic: 0, families: [] };
  /** The label that tells replicas apart, and its values in order; without a cluster. */
  replicas: { readonly label: string; readonly values: readonly string[] } | undefined;
  readonly #series = new Map<string, readonly Series[]>();
  readonly #merged = new Map<string, Merged>();
  readonly #tracks = new Map<string, Map<string, Track>>();
  readonly #mergedTracks = new Map<string, Track>();
  /** Per family the time of the values before and what counters had then, for rates of now. */
  #before = new Map<string, number>();
  #rates = new Map<string, number>();

  family(name: string): Family | undefined {
    return this.families.find((each) => each.name === name);
  }

  series(name: string): readonly Series[] {
    return this.#series.get(name) ?? [];
  }

  /** All histograms of a family as one, where there are several and they can be put together. */
  merged(name: string): Merged | undefined {
    return this.#merged.get(name);
  }

  mergedTrack(name: string): Track | undefined {
    return this.#mergedTracks.get(name);
  }

  /** Per second, between the last two values. */
  rate(name: string, labels: Labels): number | undefined {
    return this.#rates.get(keyOf(name, labels));
  }

  tracks(name: string): Track[] {
    return [...(this.#tracks.get(name)?.values() ?? [])];
  }

  /** Those of the replica that was chosen, and those that belong to none. */
  tracksOf(name: string, { replicaLabel, replica }: ReplicaChoice): Track[] {
    const tracks = this.tracks(name).sort((a, b) =>
      byNumber(formatLabels(a.labels), formatLabels(b.labels)),
    );
    if (replica === undefined || replicaLabel === undefined) return tracks;
    return tracks.filter(({ labels }) => (labels[replicaLabel] ?? replica) === replica);
  }

  /** Of the catalogue whose families tell who the members are. */
  membersProfile(): PageCatalogueProfile | undefined {
    const label = this.values.cluster?.label;
    return this.profiles.find(({ members }) => members !== undefined && members.label === label);
  }

  async loadCatalogue(): Promise<void> {
    const { title = '', profiles, families } = await getJson<Catalogue>('api/v1/catalogue');
    this.families = families;
    this.profiles = profiles;
    this.title = title;
  }

  /** Begins to keep the past of a family; resolves when what the region has of it is there. */
  async follow(name: string): Promise<void> {
    if (this.#tracks.has(name)) return;
    this.#tracks.set(name, new Map());
    await this.refill(name);
  }

  /** Fetches the past of all families that are followed, after a time without connection. */
  async refillAll(): Promise<void> {
    await Promise.all(Array.from(this.#tracks.keys(), (name) => this.refill(name)));
  }

  async refill(name: string): Promise<void> {
    const from = Date.now() - keptMs;
    const path = `api/v1/history?name=${encodeURIComponent(name)}&from=${from}`;
    const { series, merged } = await getJson<History>(path);
    for (const { labels, points } of series) {
      const track = this.#track(name, labels);
      track.points = filledUp(track.points, points.map(pastPoint));
    }
    if (this.#merged.get(name) === undefined || merged === undefined) return;
    const track = this.#mergedTrack(name);
    track.points = filledUp(track.points, merged.points.map(pastPoint));
  }

  accept(values: Values): void {
    const seconds = (values.takenMonotonic - this.values.takenMonotonic) / 1000;
    if (seconds === 0) return;
    // Less than before: the machine has started anew, and there is nothing to compare with.
    const before = seconds > 0 ? this.#before : new Map<string, number>();
    this.values = values;
    this.#before = new Map();
    this.#rates = new Map();
    this.#series.clear();
    this.#merged.clear();
    for (const { name, series, merged } of values.families) {
      this.#series.set(name, series);
      const isFollowed = this.#tracks.has(name);
      if (merged !== undefined) {
        this.#merged.set(name, merged);
        const { count: value, recent } = merged;
        const point = { at: values.takenAt, value, percentiles: recent?.percentiles };
        if (isFollowed) this.#append(this.#mergedTrack(name), point);
      }
      for (const each of series) {
        const key = keyOf(name, each.labels);
        const value = each.count ?? numberOf(each.value);
        const earlier = before.get(key);
        this.#before.set(key, value);
        if (earlier !== undefined) this.#rates.set(key, growth(earlier, value) / seconds);
        if (!isFollowed) continue;
        this.#append(this.#track(name, each.labels), {
          at: values.takenAt,
          value,
          percentiles: each.recent?.percentiles,
        });
      }
    }
  }

  #append({ points }: Track, point: Point): void {
    points.push(point);
    if (points[0]!.at < point.at - keptMs) points.shift();
  }

  #mergedTrack(name: string): Track {
    let track = this.#mergedTracks.get(name);
    if (track === undefined) {
      track = { labels: {}, points: [] };
      this.#mergedTracks.set(name, track);
    }
    return track;
  }

  #track(name: string, labels: Labels): Track {
    const tracks = this.#tracks.get(name)!;
    const key = keyOf(name, labels);
    let track = tracks.get(key);
    if (track === undefined) {
      track = { labels, points: [] };
      tracks.set(key, track);
    }
    return track;
  }
}

function pastPoint({ at, value, percentiles }: PastPoint): Point {
  return { at, value: numberOf(value), percentiles, isEstimated: true };
}

/** What was seen live, and from the recorder what lies before and between. */
function filledUp(live: readonly Point[], recorded: readonly Point[]): Point[] {
  let next = 0;
  const missing = recorded.filter(({ at }) => {
    while (next < live.length && live[next]!.at <= at) next += 1;
    const before = live[next - 1]?.at ?? Number.NEGATIVE_INFINITY;
    const after = live[next]?.at ?? Number.POSITIVE_INFINITY;
    return after - before > gapMs && Math.min(at - before, after - at) > gapMs / 2;
  });
  return [...missing, ...live].sort((a, b) => a.at - b.at);
}

/** How much a counter grew; one that is lower than before started again from nothing. */
export function growth(before: number, after: number): number {
  return after >= before ? after - before : after;
}

export function numberOf(value: JsonNumber | undefined): number {
  if (typeof value === 'number') return value;
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  return value === '-Inf' ? Number.NEGATIVE_INFINITY : Number.NaN;
}

function keyOf(name: string, labels: Labels): string {
  return `${name} ${JSON.stringify(labels)}`;
}

export async function getJson<Type>(path: string): Promise<Type> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Type;
}

export function report(problem: unknown): void {
  // The connection says so already, and the next second tries again.
  console.info(problem);
}
