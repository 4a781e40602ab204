// How a cluster does, as plain data: what every face shows, and the page gets every second.

import type { State } from './profile.js';

export type Role = 'leader' | 'backup' | 'standby';

/** One member, as everybody is told of it. */
export interface Member {
  /** What tells it from the others: `0`, or `0, file a`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeId: number | string | null;
  readonly role: Role;
  /** `normal` and the like as it says itself, unless it is `dead`, `silent`, `isolated` ... */
  readonly status: string;
  readonly state: State;
  /** Why it is not well, as in `is in status recovering`; '' when it is well. */
  readonly reason: string;
  readonly term: number | null;
  readonly position: number | null;
  readonly op: number | null;
  /** How many members there are, as it says itself. */
  readonly size: number | null;
  /** How much it lacks of what the cluster has committed; null: not known. */
  readonly lag: number | null;
}

export interface Cluster {
  /** What a member is called, the label that names it, and what counts leaders. */
  readonly member: string;
  readonly label: string;
  readonly termTitle: string;
  readonly state: State;
  /** How many are well, in words: `2 of 3 well`. */
  readonly word: string;
  /** Who is sick and why, and who leads. */
  readonly message: string;
  /** The newest term among those that do well; null: none is known. */
  readonly term: number | null;
  /** How far the cluster has committed. */
  readonly head: number | null;
  /** The name of who leads; null: nobody does. */
  readonly leader: string | null;
  /** The name of who led last, as far as the numbers tell, however it does now. */
  readonly lastLeader: string | null;
  /** How many members there should be, without standbys. */
  readonly size: number | null;
  readonly quorum: number | null;
  readonly missing: number;
  /** Without standbys. */
  readonly well: number;
  readonly members: readonly Member[];
}
