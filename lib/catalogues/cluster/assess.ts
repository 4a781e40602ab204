// How a cluster does, from what its members show. Pure: the same readings give the same answer.
//
// What follows from all members is derived from all members. One that is cut off goes on to show its
// last view, status normal and no lag; only beside the others it is seen that it is behind. So the term
// is the newest among those that do well, the head is the furthest position that any member knows to
// be committed, and the lag of each is what it lacks of the head, also of one that is dead.

import type { Cluster, Member } from './cluster.js';
import type { MembersProfile, State } from './profile.js';
import type { MemberReading } from './readings.js';

/** What was seen of a member over time. */
export interface Silence {
  /** For how long it has done nothing while others did, in milliseconds. */
  readonly silentMs: number;
  /** For how long it has heard nothing of its leader, or as leader of its followers; 0: not known. */
  readonly deafMs: number;
}

export interface AssessOptions {
  /** How many members there should be, without standbys; undefined: as many as they say themselves. */
  readonly members: number | undefined;
  /** A member that is silent or deaf for so long is not well. */
  readonly silentAfterMs: number;
}

const mostNamed = 3;

interface Judged {
  readonly reading: MemberReading;
  readonly status: string;
  readonly state: State;
  readonly reason: string;
}

export function assess(
  profile: MembersProfile,
  readings: readonly MemberReading[],
  silenceOf: (reading: MemberReading) => Silence,
  { members: expected, silentAfterMs }: AssessOptions,
): Cluster {
  const own = readings.map((reading) => ownWord(profile, reading));
  const alone = readings.map((reading, index) =>
    judgeAlone(profile, own[index]!, silenceOf(reading), silentAfterMs),
  );
  const healthy = alone.filter(({ state }) => state === 'good');
  const term = largest(healthy.map(({ reading }) => reading.term));
  const judged = alone.map((each) => withTerm(profile, each, term));
  const leader = leaderAmong(profile, judged, term);
  // Of a cluster that is dead: as it was when it died.
  const lastTerm = largest(
    own.flatMap(({ reading, state }) => (state === 'good' ? reading.term : [])),
  );
  const lastLeader = leader ?? leaderAmong(profile, own, lastTerm);
  const standbys = new Set(standbysOf(readings, leader ?? lastLeader));
  const isStandby = ({ id }: MemberReading) => id !== undefined && standbys.has(id);
  const voters = judged.filter(({ reading }) => !isStandby(reading));
  const head = largest(readings.map(({ position }) => position));
  const sizeSaid = largest(
    (healthy.length > 0 ? healthy : alone)
      .filter(({ reading }) => term === undefined || reading.term === term)
      .map(({ reading }) => reading.size),
  );
  // Whoever is shown alone may be scraped alone: how many there are is no word about the others then.
  const seesAll =
    expected !== undefined ? expected === 1 || voters.length > 1 : readings.length > 1;
  const size = expected ?? (voters.length > 1 ? Math.max(sizeSaid ?? 0, voters.length) : undefined);
  const names = namesOf(profile, readings);
  const members = judged.map(({ reading, ...word }, index): Member => {
    const { labels, nodeId, term = null, position = null, op = null, size = null } = reading;
    const role = reading === leader ? 'leader' : isStandby(reading) ? 'standby' : 'backup';
    const derived = position === null || head === undefined ? null : head - position;
    const said = word.state === 'good' ? (reading.ownLag ?? null) : null;
    const lag = seesAll ? derived : said;
    return { name: names[index]!, labels, nodeId, role, ...word, term, position, op, size, lag };
  });
  const nameOf = (reading: MemberReading | undefined): string | null =>
    reading === undefined ? null : names[readings.indexOf(reading)]!;
  const well = voters.filter(({ state }) => state === 'good').length;
  const missing = Math.max(0, (size ?? 0) - voters.length);
  const quorumSaid = largest(healthy.map(({ reading }) => reading.quorum));
  const quorum = quorumSaid ?? (size === undefined ? undefined : Math.floor(size / 2) + 1);
  const facts = { size, quorum, missing, well, voters: voters.length };
  const state = stateOf(judged, leader, facts);
  return {
    member: profile.member,
    label: profile.label,
    termTitle: profile.term.title,
    state,
    word: wordOf(facts),
    message: messageOf(profile, members, { ...facts, term, leader: nameOf(leader), readings }),
    term: term ?? null,
    head: head ?? null,
    leader: nameOf(leader),
    lastLeader: nameOf(lastLeader),
    size: size ?? null,
    quorum: quorum ?? null,
    missing,
    well,
    members,
  };
}

/** Whether a member can serve: readiness asks for nothing else. */
export function canServe({ state }: Member): boolean {
  return state === 'good';
}

// ---- one member ----

/** What it says of itself. */
function ownWord({ status, term, leader }: MembersProfile, reading: MemberReading): Judged {
  if (status === undefined) {
    if (reading.term === undefined) {
      return {
        reading,
        status: 'unknown',
        state: 'unknown',
        reason: `has not set its ${term.title}`,
      };
    }
    const isLost = leader.named !== undefined && reading.leaderNamed === 0;
    if (!isLost) return { reading, status: 'up', state: 'good', reason: '' };
    return { reading, status: 'leaderless', state: 'warn', reason: 'knows no leader' };
  }
  if (reading.status === undefined) {
    return { reading, status: 'unknown', state: 'unknown', reason: 'has not set its status' };
  }
  const [word, state] = status.values[reading.status] ?? (['unknown', 'unknown'] as const);
  if (state === 'good') return { reading, status: word, state, reason: '' };
  const said = word === 'unknown' ? `is in status ${reading.status}` : `is in status ${word}`;
  return { reading, status: word, state, reason: said };
}

/** What is known of it without the others' terms. */
function judgeAlone(
  profile: MembersProfile,
  own: Judged,
  { silentMs, deafMs }: Silence,
  silentAfterMs: number,
): Judged {
  const { reading, status } = own;
  const bad = (word: string, reason: string): Judged => ({
    reading,
    status: word,
    state: 'bad',
    reason: `${reason} (was ${status})`,
  });
  if (reading.writer === 'dead') return bad('dead', 'is dead');
  if (reading.writer === 'hung') return bad('hung', 'gives no sign of life');
  if (silentMs >= silentAfterMs) return bad('silent', `has been silent for ${seconds(silentMs)}`);
  if (own.state !== 'good' || deafMs < silentAfterMs) return own;
  const whom = believesToLead(profile, reading)
    ? `no other ${profile.member}`
    : `no word of a leader`;
  return bad('isolated', `has heard ${whom} for ${seconds(deafMs)}`);
}

/** Whoever is still in an old term has not heard of the new one. */
function withTerm(profile: MembersProfile, judged: Judged, newest: number | undefined): Judged {
  const { reading, state, status } = judged;
  if (state !== 'good' || newest === undefined) return judged;
  if (reading.term === undefined || reading.term >= newest) return judged;
  const { title } = profile.term;
  return {
    reading,
    status: `old_${title}`,
    state: 'bad',
    reason: `is in ${title} ${reading.term}, and the cluster in ${title} ${newest} (was ${status})`,
  };
}

export function believesToLead({ leader }: MembersProfile, reading: MemberReading): boolean {
  if (leader.flag !== undefined) return reading.leaderFlag === 1;
  if (leader.named !== undefined && (reading.leaderNamed ?? 0) > 0) {
    return reading.leaderNamed === reading.nodeId;
  }
  if (leader.leaderOnly !== undefined && (reading.leaderOnly ?? 0) > 0) return true;
  return leader.roundRobin === true && isItsTurn(reading, reading.term, reading.size);
}

function isItsTurn(
  { id }: MemberReading,
  term: number | undefined,
  size: number | undefined,
): boolean {
  return id !== undefined && term !== undefined && Number(id) === term % (size || Number.NaN);
}

// ---- who leads ----

function leaderAmong(
  { leader }: MembersProfile,
  judged: readonly Judged[],
  term: number | undefined,
): MemberReading | undefined {
  const current = judged
    .filter(({ reading, state }) => state === 'good' && reading.term === term)
    .map(({ reading }) => reading);
  if (leader.flag !== undefined) return current.find(({ leaderFlag }) => leaderFlag === 1);
  const named = mostFrequent(current.flatMap(({ leaderNamed }) => leaderNamed || []));
  if (named !== undefined) return current.find(({ nodeId }) => nodeId === named);
  const only = current.filter(({ leaderOnly = 0 }) => leaderOnly > 0);
  if (only.length === 1) return only[0];
  // With standbys terms may go round among them, too: nobody but the replicas knows.
  const hasStandbys = current.some(({ standbys }) => standbys.length > 0);
  if (leader.roundRobin !== true || hasStandbys) return undefined;
  return current.find((reading) => isItsTurn(reading, term, reading.size || current.length));
}

/** As who leads has them; while nobody does, as all have them. */
function standbysOf(
  readings: readonly MemberReading[],
  leader: MemberReading | undefined,
): readonly string[] {
  return leader === undefined ? readings.flatMap(({ standbys }) => standbys) : leader.standbys;
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

// ---- the whole ----

interface Facts {
  readonly size: number | undefined;
  readonly quorum: number | undefined;
  readonly missing: number;
  readonly well: number;
  readonly voters: number;
}

function stateOf(
  judged: readonly Judged[],
  leader: MemberReading | undefined,
  { size, quorum, missing, well, voters }: Facts,
): State {
  if (judged.length === 0) return missing > 0 ? 'bad' : 'unknown';
  // One that is shown alone speaks for itself.
  if (size === undefined && voters <= 1 && judged.length === 1) return judged[0]!.state;
  if (judged.every(({ state }) => state === 'unknown')) return 'unknown';
  if (well < (quorum ?? 1)) return 'bad';
  const isWhole = missing === 0 && judged.every(({ state }) => state === 'good');
  // Without a leader nothing is committed, however many are well.
  if (leader === undefined) return isWhole ? 'warn' : 'bad';
  return isWhole ? 'good' : 'warn';
}

function wordOf({ size, voters, well }: Facts): string {
  return `${well} of ${Math.max(size ?? 0, voters)} well`;
}

function messageOf(
  { member, term: { title } }: MembersProfile,
  members: readonly Member[],
  about: Facts & {
    readonly term: number | undefined;
    readonly leader: string | null;
    readonly readings: readonly MemberReading[];
  },
): string {
  const { missing, quorum, term, leader, size } = about;
  if (members.length === 0) return `no ${member} has said anything yet`;
  const sick = members.filter(({ state }) => state !== 'good');
  const named = sick.slice(0, mostNamed).map((each) => `${member} ${each.name} ${whyOf(each)}`);
  if (sick.length > mostNamed) named.push(`${sick.length - mostNamed} more`);
  if (missing > 0) named.push(`${missing} of ${size} ${missing === 1 ? 'is' : 'are'} missing`);
  const leads = leader === null ? 'nobody leads' : `${member} ${leader} leads`;
  const where = term === undefined ? '' : ` in ${title} ${term}`;
  const isAlone = size === undefined && members.length === 1;
  const followed = about.readings[0]?.leaderNamed ?? 0;
  const alone =
    leader === null && followed > 0 ? `it follows node ${followed}${where}` : `${leads}${where}`;
  const standbys = members.filter(({ role }) => role === 'standby').length;
  return [
    ...named,
    isAlone ? alone : `${leads}${where}`,
    ...(quorum === undefined || isAlone ? [] : [`a quorum is ${quorum}`]),
    ...(standbys > 0 ? [`${standbys} ${standbys === 1 ? 'standby' : 'standbys'}`] : []),
  ].join(' · ');
}

/**
 * Why a member is not well, and how far it is behind; '' when neither is so.
 *
 * @example
 * ```ts
 * import { createClusterWatch, whyOf } from 'vsr-metrics/cluster';
 *
 * const { members = [] } = createClusterWatch().observe(registry.snapshot()) ?? {};
 * for (const member of members) console.log(member.name, whyOf(member));
 * ```
 */
export function whyOf({ reason, lag }: Member): string {
  const behind = lag ?? 0;
  const operations = behind === 1 ? 'operation' : 'operations';
  const far = behind > 0 ? `${behind.toLocaleString('en-US')} ${operations} behind` : '';
  return [reason, far].filter((part) => part !== '').join(', ');
}

function namesOf({ member, label }: MembersProfile, readings: readonly MemberReading[]): string[] {
  const short = readings.map(({ id }) => id ?? member);
  if (new Set(short).size === short.length) return short;
  const all = readings.map(({ labels }) => labels);
  const telling = Object.keys(all[0]!).filter(
    (name) => name !== label && new Set(all.map((labels) => labels[name])).size > 1,
  );
  return readings.map(({ id, labels }) =>
    [...(id === undefined ? [] : [id]), ...telling.map((name) => `${name} ${labels[name]}`)].join(
      ', ',
    ),
  );
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (a, b) => (a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)),
    undefined,
  );
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
