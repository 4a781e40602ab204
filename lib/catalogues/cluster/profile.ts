// What is known of a catalogue besides its families: what the members of its cluster are, how they are
// told apart, how each does, who leads, and which families a page shows first. Data only; assess.ts
// and watch.ts say what follows from it. Every face (`/status`, readiness, `/health`, the page, `top`)
// asks there, so that all of them give the same answer.

/** How something does, in a word. */
export type State = 'good' | 'warn' | 'bad' | 'unknown';

export interface Profile {
  /** The name of its catalogue. */
  readonly name: string;
  /** Undefined: its families know no members. */
  readonly members?: MembersProfile;
  readonly page: PageProfile;
}

export interface MembersProfile {
  /** What a member is called. */
  readonly member: string;
  /** The label that names one. */
  readonly label: string;
  /** Families of which every member has a series. */
  readonly anchors: readonly string[];
  /** Its status, and what the values mean; undefined: a member that shows a term is up. */
  readonly status?: {
    readonly gauge: string;
    readonly values: readonly (readonly [status: string, state: State])[];
  };
  /** What is counted up when another one leads. */
  readonly term: { readonly title: string; readonly gauge: string };
  readonly leader: Leadership;
  /** How far a member is: what it lacks of the furthest is its lag. */
  readonly position: string;
  /** How far it is on the way: entries that are in its log. */
  readonly op?: string;
  /** What a member itself takes for its lag, where no other one is there to compare it with. */
  readonly ownLag?: string;
  /** How many members have a vote, and how many of them decide. */
  readonly size?: string;
  readonly quorum?: string;
  /** Who leads has a series for every standby, under the label that names it. */
  readonly standbys?: { readonly family: string; readonly label: string };
  /** Grows for as long as a member lives, whatever there is to do. */
  readonly pulse?: string;
  /** Grows for as long as a member hears the others: those values of a label that they send. */
  readonly word?: {
    readonly family: string;
    readonly label: string;
    readonly fromLeader: readonly string[];
    readonly fromFollowers: readonly string[];
  };
}

/** How one finds out who leads: the first of these that tells. */
export interface Leadership {
  /** A gauge that has the id of who leads; 0: nobody. */
  readonly named?: string;
  /** A gauge that is 1 for who leads. */
  readonly flag?: string;
  /** A gauge that is above 0 for nobody but who leads. */
  readonly leaderOnly?: string;
  /** Terms go round: in term t the member t modulo their number leads. */
  readonly roundRobin?: true;
}

/** What the page shows of it, as plain data. */
export interface PageProfile {
  readonly columns: readonly ProfileColumn[];
  /** Gauges of which every change is told, and what their values mean. */
  readonly changes: readonly {
    readonly name: string;
    readonly what: string;
    readonly words: readonly string[];
  }[];
  /** Families that are shown first where they are there, the foremost of them. */
  readonly foremost: Readonly<Partial<Record<ForemostPlace, readonly string[]>>>;
  /** What tiles of these families are called. */
  readonly titles: Readonly<Record<string, string>>;
  /** What every member counts for itself although all did it together: not to be added up. */
  readonly shared: readonly string[];
}

export type ForemostPlace = 'throughput' | 'latency' | 'state' | 'processor' | 'memory';

export interface ProfileColumn {
  readonly title: string;
  readonly name: string;
  /** Counts in full, values with their unit, per second, or the 99th percentile of the last seconds. */
  readonly as: 'whole' | 'quantity' | 'rate' | 'p99';
  /** Anything but none is worth a look. */
  readonly isAlarming?: boolean;
  /** Means something only for who leads. */
  readonly isLeadersOnly?: boolean;
}
