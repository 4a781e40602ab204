// Watches how a cluster does over time. A snapshot alone does not show that a member is dead or cut off
// when it shares a registry with the others: its gauges stay as they were. What shows it is that its
// counters stand still while the others' grow.
//
//   const watch = createClusterWatch({ members: 3 });
//   setInterval(() => console.log(watch.observe(registry.snapshot())?.message), 1000);

import { type Kinds, milliseconds, optionsCheck, refusals, whole } from '../../core/options.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import { profiles } from '../profiles/index.js';
import { assess, believesToLead, type Silence } from './assess.js';
import type { Cluster } from './cluster.js';
import type { MembersProfile, Profile } from './profile.js';
import { declares, type MemberReading, type Part, readMembers } from './readings.js';

/** What `createClusterWatch` takes. */
export interface ClusterOptions {
  /**
   * How many members there should be, without standbys, so that a missing one is noticed. Unless told
   * otherwise as many as they say themselves, where more than one is shown.
   */
  readonly members?: number | undefined;
  /** A member that does nothing, or hears nothing of its leader, for so long is not well: 3,000 ms. */
  readonly silentAfterMs?: number | undefined;
}

export const clusterKinds: Kinds<ClusterOptions> = {
  members: whole(1, 1000),
  silentAfterMs: milliseconds,
};

const checkOptions = optionsCheck<ClusterOptions>('a cluster', refusals.health, clusterKinds);

/** What was last seen to grow, and when. */
interface Seen {
  readonly total: number;
  readonly at: number;
}

type Growing = 'pulse' | 'fromLeader' | 'fromFollowers';

export class ClusterWatch {
  readonly #members: number | undefined;
  readonly #silentAfterMs: number;
  readonly #seen = new Map<string, Record<Growing, Seen>>();

  /** @throws HealthError that names the option, what was given and what is allowed */
  constructor(options: ClusterOptions = {}) {
    checkOptions(options);
    const { members, silentAfterMs = 3000 } = options;
    this.#members = members;
    this.#silentAfterMs = silentAfterMs;
  }

  /**
   * How the cluster does that a snapshot shows; undefined when its families know no members. The more
   * often it is asked, the sooner it notices who is silent: once a second is meant.
   *
   * @param at now, in milliseconds of any clock that does not step back
   */
  observe(snapshot: Snapshot, at?: number): Cluster | undefined {
    return this.observeParts([{ snapshot }], at);
  }

  /** The same of several snapshots that together show one cluster. */
  observeParts(parts: readonly Part[], at = performance.now()): Cluster | undefined {
    const profile = membersProfileOf(parts.map(({ snapshot }) => snapshot));
    if (profile === undefined) return undefined;
    const readings = parts.flatMap((part) => readMembers(profile, part)).sort(byName);
    const seen = readings.map((reading) => this.#note(profile, reading, at));
    this.#forget(readings);
    const newest = seen.reduce((latest, { pulse }) => Math.max(latest, pulse.at), 0);
    const silenceOf = (reading: MemberReading): Silence => {
      const { pulse, fromLeader, fromFollowers } = seen[readings.indexOf(reading)]!;
      const word = believesToLead(profile, reading) ? fromFollowers : fromLeader;
      // Others tell that time passes: in a registry where nothing grows nobody is silent.
      const silentMs = profile.pulse === undefined ? 0 : newest - pulse.at;
      // Who is alive hears something, if it ever did.
      return { silentMs, deafMs: word.total > 0 ? Math.max(0, pulse.at - word.at) : 0 };
    };
    return assess(profile, readings, silenceOf, {
      members: this.#members,
      silentAfterMs: this.#silentAfterMs,
    });
  }

  #note(profile: MembersProfile, reading: MemberReading, at: number): Record<Growing, Seen> {
    const key = keyOf(reading);
    const before = this.#seen.get(key);
    const now = (what: Growing): Seen => {
      const total = reading[what];
      return before?.[what].total === total ? before[what] : { total, at };
    };
    // Who looks for its leader, or recovers, need not hear it: that begins when it does well.
    const heard = (what: Growing): Seen =>
      isWell(profile, reading) ? now(what) : { total: reading[what], at };
    const seen = {
      pulse: now('pulse'),
      fromLeader: heard('fromLeader'),
      fromFollowers: heard('fromFollowers'),
    };
    this.#seen.set(key, seen);
    return seen;
  }

  #forget(readings: readonly MemberReading[]): void {
    const there = new Set(readings.map(keyOf));
    for (const key of this.#seen.keys()) if (!there.has(key)) this.#seen.delete(key);
  }
}

/**
 * Says how a cluster does: who leads, in which term, how far each member is behind, and who is not well
 * and why. Every face of this library (`/status`, `/health/ready`, the page, `top`) asks one of these.
 *
 * @example
 * ```ts
 * import { createRegistry } from 'vsr-metrics';
 * import { vsr } from 'vsr-metrics/catalogues';
 * import { createClusterWatch } from 'vsr-metrics/cluster';
 *
 * const registry = createRegistry({ catalogue: vsr });
 * const watch = createClusterWatch({ members: 3 });
 * const cluster = watch.observe(registry.snapshot());
 * for (const { name, status, lag } of cluster?.members ?? []) console.log(name, status, lag);
 * ```
 * @throws HealthError that names the option, what was given and what is allowed
 */
export function createClusterWatch(options: ClusterOptions = {}): ClusterWatch {
  return new ClusterWatch(options);
}

/** The profiles whose families are there. */
export function profilesOf(snapshots: readonly Snapshot[]): readonly Profile[] {
  const catalogued = (name: string) =>
    snapshots.some((snapshot) => snapshot.family(name) !== undefined);
  return profiles.filter(({ members, page }) => {
    const names = [...(members?.anchors ?? []), ...Object.values(page.foremost).flat()];
    return names.some(catalogued);
  });
}

/** Who the members are: the first profile that finds some, or could. */
function membersProfileOf(snapshots: readonly Snapshot[]): MembersProfile | undefined {
  const known = profiles.flatMap(({ members }) => members ?? []);
  const declared = known.filter((profile) =>
    snapshots.some((snapshot) => declares(snapshot, profile)),
  );
  const found = declared.find((profile) =>
    snapshots.some((snapshot) => readMembers(profile, { snapshot }).length > 0),
  );
  return found ?? declared[0];
}

function isWell({ status }: MembersProfile, reading: MemberReading): boolean {
  return status === undefined || status.values[reading.status ?? -1]?.[1] === 'good';
}

/** 2 before 10. */
function byName(a: MemberReading, b: MemberReading): number {
  return (a.id ?? '').localeCompare(b.id ?? '', 'en', { numeric: true });
}

function keyOf({ labels }: MemberReading): string {
  return JSON.stringify(labels);
}
