// The members of the cluster: a row for each, with its status, who leads, and its numbers. How they do is
// said by the server, which tells all others the same.

import type { Cluster, Member } from '../../catalogues/cluster/cluster.js';
import type { ProfileColumn } from '../../catalogues/cluster/profile.js';
import { type Cell, type Column, find, type Row, setText, Table } from './dom.js';
import { formatLabels, formatQuantity, formatWhole, type Labels, unitOf } from './format.js';
import { rateOf, recentOf, sumOf } from './queries.js';
import type { PageCatalogueProfile, Store } from './store.js';

export class Members {
  readonly #store: Store;
  #table: Table | undefined;
  #shape = '';

  constructor(store: Store) {
    this.#store = store;
  }

  show(): void {
    const { cluster } = this.#store.values;
    const isThere = cluster !== undefined && cluster.members.length > 0;
    find('#replicas').hidden = !isThere;
    if (!isThere) return;
    const profile = this.#store.membersProfile();
    const columns = profile?.columns ?? [];
    const shape = JSON.stringify([cluster.member, columns]);
    if (this.#shape !== shape) {
      this.#shape = shape;
      const title = `${cluster.member[0]!.toUpperCase()}${cluster.member.slice(1)}s`;
      setText(find('#replicas-title'), title);
      this.#table = new Table(title, columnsOf(cluster, columns));
      find('#replicas .scroll').replaceChildren(this.#table.root);
    }
    this.#table!.show(cluster.members.map((member) => this.#row(cluster, profile, member)));
  }

  #row(cluster: Cluster, profile: PageCatalogueProfile | undefined, member: Member): Row {
    const { name, status, state, role, term, lag } = member;
    const isBehind = term !== null && cluster.term !== null && term < cluster.term;
    const labels = labelsOf(cluster, member);
    return {
      key: formatLabels(member.labels),
      cells: [
        `${cluster.member} ${name}`,
        { text: status, state },
        role === 'leader' ? 'leader' : { text: role, state: 'muted' },
        isBehind ? { text: `${term} (behind)`, state: 'warn' } : formatWhole(term),
        state !== 'good' && (lag ?? 0) > 0
          ? { text: formatWhole(lag), state: 'warn' }
          : formatWhole(lag),
        ...(profile?.columns ?? []).map((column) =>
          column.isLeadersOnly && role !== 'leader'
            ? formatWhole(undefined)
            : this.#cell(column, labels),
        ),
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
}

/** With the number of its node, which Kimberlite's families have instead of the replica's. */
function labelsOf({ label }: Cluster, { labels, nodeId }: Member): Labels {
  return label === 'replica_id' && nodeId !== null
    ? { ...labels, node_id: String(nodeId) }
    : labels;
}

function columnsOf({ member, termTitle }: Cluster, columns: readonly ProfileColumn[]): Column[] {
  const numbers = [termTitle, 'lag', ...columns.map(({ title }) => title)];
  return [
    { title: member },
    { title: 'status' },
    { title: 'role' },
    ...numbers.map((title) => ({ title, isNumber: true })),
  ];
}
