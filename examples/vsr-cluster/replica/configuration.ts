// Who votes. While the cluster changes from one group to another there is a joint configuration, in
// which both groups have to agree to everything; so at no time can two majorities act apart.
//
// A configuration counts from the moment its entry is in a replica's log, committed or not, as in
// Raft's joint consensus. Which replica leads a view does not depend on it: view v belongs to
// replica v modulo the size of the roster (everybody there is, standbys too), and views of replicas
// without a vote are skipped. So a view has one possible primary, whatever configuration a replica
// believes in.

export interface Configuration {
  /** The operation that brought it; 0 for the first. */
  readonly op: number;
  readonly members: readonly number[];
  /** The group that takes over; there is one only while the configuration is joint. */
  readonly next?: readonly number[];
}

export function isJoint(configuration: Configuration): boolean {
  return configuration.next !== undefined;
}

/** Everybody who has a vote. */
export function votersOf({ members, next = [] }: Configuration): readonly number[] {
  return [...new Set([...members, ...next])].sort((a, b) => a - b);
}

export function isVoter({ members, next }: Configuration, replica: number): boolean {
  return members.includes(replica) || next?.includes(replica) === true;
}

export function majorityOf(members: readonly number[]): number {
  return Math.floor(members.length / 2) + 1;
}

/** Votes that are needed, of the larger group while there are two. */
export function quorumSize({ members, next = [] }: Configuration): number {
  return Math.max(majorityOf(members), next.length > 0 ? majorityOf(next) : 0);
}

/** Whether these replicas can decide: a majority of each group. */
export function isQuorum(
  { members, next }: Configuration,
  has: (replica: number) => boolean,
): boolean {
  const decides = (group: readonly number[]) => group.filter(has).length >= majorityOf(group);
  return decides(members) && (next === undefined || decides(next));
}

/** The highest operation that a quorum has reached. */
export function reachedByQuorum(
  { members, next }: Configuration,
  reached: (replica: number) => number,
): number {
  const inGroup = (group: readonly number[]) =>
    group.map(reached).sort((a, b) => b - a)[majorityOf(group) - 1]!;
  const byMembers = inGroup(members);
  return next === undefined ? byMembers : Math.min(byMembers, inGroup(next));
}

export function primaryOf(view: number, rosterSize: number): number {
  return view % rosterSize;
}

/** The first view after `view` whose primary has a vote. */
export function nextView(configuration: Configuration, view: number, rosterSize: number): number {
  let next = view + 1;
  // During a change the old group leads: the new one may still be catching up.
  while (!configuration.members.includes(primaryOf(next, rosterSize))) next++;
  return next;
}
