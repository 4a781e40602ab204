// What a snapshot says of each member of a cluster: its gauges as they are, without judging them.

import type { Snapshot } from '../../core/reading/snapshot.js';
import type { SeriesSnapshot } from '../../core/region/directory.js';
import type { MembersProfile } from './profile.js';

type Labels = Readonly<Record<string, string>>;

/** How the program of a member does, where its file is read from outside. */
export type WriterState = 'alive' | 'hung' | 'dead';

/** A snapshot in which members are looked for. */
export interface Part {
  readonly snapshot: Snapshot;
  /** Of the program whose snapshot this is; undefined: it is one's own, or nothing is known of it. */
  readonly writer?: WriterState | undefined;
  /** For all members of this part, to tell them from others of the same name: `{ file: 'a' }`. */
  readonly labels?: Labels;
}

export interface MemberReading {
  readonly labels: Labels;
  /** The value of the label that names it. */
  readonly id: string | undefined;
  /** As its cluster counts nodes: a number wherever the label is one. */
  readonly nodeId: number | string | null;
  readonly writer: WriterState | undefined;
  readonly status: number | undefined;
  readonly term: number | undefined;
  readonly position: number | undefined;
  readonly op: number | undefined;
  readonly ownLag: number | undefined;
  readonly size: number | undefined;
  readonly quorum: number | undefined;
  /** The id of the node that leads, as this one says; 0: nobody. */
  readonly leaderNamed: number | undefined;
  readonly leaderFlag: number | undefined;
  readonly leaderOnly: number | undefined;
  /** The ids of members that it counts as standbys. */
  readonly standbys: readonly string[];
  /** Totals that grow while it lives, and while it hears its leader or its followers. */
  readonly pulse: number;
  readonly fromLeader: number;
  readonly fromFollowers: number;
}

/** Whether the families of a profile's members are there at all. */
export function declares(snapshot: Snapshot, { anchors }: MembersProfile): boolean {
  return anchors.some((name) => snapshot.family(name) !== undefined);
}

/** One for each set of labels that any of the anchors has. */
export function readMembers(profile: MembersProfile, part: Part): MemberReading[] {
  const found = new Map<string, Labels>();
  for (const name of profile.anchors) {
    for (const { info } of part.snapshot.family(name)?.series ?? []) {
      const labels = Object.fromEntries(info.labels);
      found.set(JSON.stringify(Object.entries(labels).sort()), labels);
    }
  }
  return Array.from(found.values(), (labels) => readMember(profile, part, labels));
}

function readMember(profile: MembersProfile, part: Part, own: Labels): MemberReading {
  const { snapshot } = part;
  const node = nodeOf(profile, snapshot, own);
  const gauge = (name: string | undefined): number | undefined => {
    const [series] = name === undefined ? [] : seriesOf(snapshot, name, node.labels);
    const value = series === undefined ? Number.NaN : snapshot.values[series.offset]!;
    // NaN: nobody has set it.
    return Number.isNaN(value) ? undefined : value;
  };
  const total = (name: string | undefined, label?: string, values?: readonly string[]): number => {
    const found = name === undefined ? [] : seriesOf(snapshot, name, node.labels);
    return found
      .filter((series) => values === undefined || values.includes(labelOf(series, label!) ?? ''))
      .reduce((sum, { offset }) => sum + snapshot.values[offset]!, 0);
  };
  const { leader, word, standbys } = profile;
  return {
    labels: { ...part.labels, ...own },
    id: own[profile.label],
    nodeId: node.id,
    writer: part.writer ?? writerOf(snapshot, own),
    status: gauge(profile.status?.gauge),
    term: gauge(profile.term.gauge),
    position: gauge(profile.position),
    op: gauge(profile.op),
    ownLag: gauge(profile.ownLag),
    size: gauge(profile.size),
    quorum: gauge(profile.quorum),
    leaderNamed: gauge(leader.named),
    leaderFlag: gauge(leader.flag),
    leaderOnly: gauge(leader.leaderOnly),
    standbys: (standbys === undefined
      ? []
      : seriesOf(snapshot, standbys.family, node.labels)
    ).flatMap((series) => labelOf(series, standbys!.label) ?? []),
    pulse: total(profile.pulse),
    fromLeader: total(word?.family, word?.label, word?.fromLeader),
    fromFollowers: total(word?.family, word?.label, word?.fromFollowers),
  };
}

/** The series that have those of these labels that they have at all. */
function seriesOf(snapshot: Snapshot, name: string, labels: Labels): readonly SeriesSnapshot[] {
  const wanted = Object.entries(labels);
  return (snapshot.family(name)?.series ?? []).filter((series) =>
    wanted.every(([label, value]) => (labelOf(series, label) ?? value) === value),
  );
}

function labelOf({ info }: SeriesSnapshot, label: string): string | undefined {
  return info.labels.find(([name]) => name === label)?.[1];
}

/**
 * Kimberlite's families name a node where VSR's name a replica. Where a registry has one node, that is
 * the replica's; otherwise nodes count from 1 and replicas from 0.
 */
function nodeOf(
  { label }: MembersProfile,
  snapshot: Snapshot,
  own: Labels,
): { readonly id: MemberReading['nodeId']; readonly labels: Labels } {
  const name = own[label];
  if (label !== 'replica_id') {
    return { id: name === undefined ? null : (numberIn(name) ?? name), labels: own };
  }
  const { replica_id: _, ...others } = own;
  const nodes = seriesOf(snapshot, 'kmb_consensus_view', others).flatMap(
    (series) => labelOf(series, 'node_id') ?? [],
  );
  const number = name === undefined ? undefined : numberIn(name);
  const counted = number === undefined ? name : String(number + 1);
  const id = nodes.length === 1 ? nodes[0] : counted;
  if (id === undefined) return { id: null, labels: own };
  return { id: numberIn(id) ?? id, labels: { ...own, node_id: id } };
}

function numberIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Of a file among several: what the reader of the file found out about its program. */
function writerOf(snapshot: Snapshot, { file }: Labels): WriterState | undefined {
  if (file === undefined) return undefined;
  const states = ['alive', 'hung', 'dead'] as const;
  return states.find(
    (state) => snapshot.value('vsr_metrics_source_writer_state', { file, state }) === 1,
  );
}
