// The members of the cluster: a row for each, with its status, who leads, and its numbers.

import { type Cell, type Column, find, type Row, type State, setText, Table } from './dom.js';
import type { Labels } from './format.js';
import {
  byNumber,
  formatLabels,
  formatQuantity,
  formatWhole,
  sharedLabels,
  shortName,
  unitOf,
} from './format.js';
import { type Profile, type ProfileColumn, profileOf } from './profiles.js';
import { matching, rateOf, recentOf, sumOf } from './queries.js';
import { numberOf, type Store } from './store.js';

export interface Member {
  readonly labels: Labels;
  readonly name: string;
  readonly status: string;
  readonly state: State;
  /** Its view, or what else its cluster counts leaders by. */
  readonly term: number | undefined;
  readonly isLeading: boolean;
}

export interface Cluster {
  readonly profile: Profile;
  readonly members: readonly Member[];
  /** The newest among those that do well. */
  readonly term: number | undefined;
  readonly leader: Member | undefined;
}

/** A member that records nothing for so long, while others do, is not well whatever its status. */
const silentAfterMs = 2000;

export class Members {
  readonly #store: Store;
  readonly #heard = new Map<string, { total: number; at: number }>();
  #table: Table | undefined;
  #profile: Profile | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Undefined when the families that are there know no members. */
  cluster(): Cluster | undefined {
    const store = this.#store;
    const profile = profileOf(store);
    if (profile === undefined) return undefined;
    const all = [...store.series(profile.anchor)].sort((a, b) =>
      byNumber(formatLabels(a.labels), formatLabels(b.labels)),
    );
    const shared = sharedLabels(all.map(({ labels }) => labels));
    const lastHeard = all.map(({ labels }) => this.#lastHeard(labels));
    const newest = lastHeard.reduce((a, b) => Math.max(a, b), 0);
    const found = all.map(({ labels, value }, index) => ({
      labels,
      name: shortName(labels, shared) || (labels[profile.label] ?? profile.member),
      term: sumOf(store, profile.term.name, labels),
      ...this.#statusOf(profile, labels, numberOf(value), newest - lastHeard[index]!),
    }));
    // One that was cut off goes on to views that nobody else has.
    const well = found.filter(({ state }) => state === 'good');
    const term = well.reduce<number | undefined>((a, b) => most(a, b.term), undefined);
    const members = found.map((member) => ({
      ...member,
      isLeading:
        member.state === 'good' &&
        member.term === term &&
        profile.leads(store, member.labels, term ?? 0, all.length),
    }));
    return { profile, members, term, leader: members.find(({ isLeading }) => isLeading) };
  }

  show(cluster: Cluster | undefined): void {
    find('#replicas').hidden = cluster === undefined;
    if (cluster === undefined) return;
    const { profile } = cluster;
    if (this.#profile !== profile) {
      this.#profile = profile;
      const title = `${profile.member[0]!.toUpperCase()}${profile.member.slice(1)}s`;
      setText(find('#replicas-title'), title);
      this.#table = new Table(title, columnsOf(profile));
      find('#replicas .scroll').replaceChildren(this.#table.root);
    }
    this.#table!.show(cluster.members.map((member) => this.#row(cluster, member)));
  }

  #row({ profile, term }: Cluster, member: Member): Row {
    const { labels, name, status, state } = member;
    const isBehind = member.term !== undefined && term !== undefined && member.term < term;
    const view = formatWhole(member.term);
    return {
      key: formatLabels(labels),
      cells: [
        name,
        { text: status, state },
        member.isLeading ? 'leader' : { text: 'backup', state: 'muted' },
        isBehind ? { text: `${view} (behind)`, state: 'warn' } : view,
        ...profile.columns.map((column) => this.#cell(column, labels)),
      ],
    };
  }

  #cell({ name, as, isAlarming = false }: ProfileColumn, labels: Labels): Cell {
    const store = this.#store;
    const family = store.family(name);
    if (family === undefined) return formatWhole(undefined);
    const unit = unitOf(family);
    if (as === 'rate') return formatQuantity(rateOf(store, name, labels), unit);
    if (as === 'p99') return formatQuantity(recentOf(store, name, labels, '99'), unit);
    const value = sumOf(store, name, labels);
    if (as === 'quantity') return formatQuantity(value, unit);
    const text = formatWhole(value);
    return isAlarming && (value ?? 0) > 0 ? { text, state: 'warn' } : text;
  }

  #statusOf({ statuses }: Profile, labels: Labels, value: number, silentMs: number) {
    const [word, state] =
      statuses === undefined ? ['up', 'good' as const] : wordOf(statuses, value);
    const writer = matching(this.#store, 'vsr_metrics_source_writer_state', {
      file: labels.file ?? '',
    }).find((each) => labels.file !== undefined && numberOf(each.value) === 1)?.labels.state;
    if (writer !== undefined && writer !== 'alive') {
      return { status: `${writer} (was ${word})`, state: 'bad' as const };
    }
    // Without a status a member may have nothing to do; replicas always talk.
    if (statuses !== undefined && silentMs >= silentAfterMs) {
      const seconds = Math.round(silentMs / 1000);
      return { status: `silent for ${seconds} s (was ${word})`, state: 'bad' as const };
    }
    return { status: word, state };
  }

  /** When anything that this member counts grew last. */
  #lastHeard(labels: Labels): number {
    const store = this.#store;
    const now = store.values.takenAt;
    const total = store.families
      .filter(({ kind }) => kind !== 'gauge')
      .reduce((sum, { name }) => sum + (sumOf(store, name, labels) ?? 0), 0);
    const key = formatLabels(labels);
    const before = this.#heard.get(key);
    if (before?.total === total) return before.at;
    this.#heard.set(key, { total, at: now });
    return now;
  }
}

function columnsOf({ member, term, columns }: Profile): Column[] {
  const numbers = [term, ...columns].map(({ title }) => ({ title, isNumber: true }));
  return [{ title: member }, { title: 'status' }, { title: 'role' }, ...numbers];
}

function wordOf(
  statuses: NonNullable<Profile['statuses']>,
  value: number,
): readonly [string, State] {
  return statuses[value] ?? ['unknown', 'unknown'];
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
