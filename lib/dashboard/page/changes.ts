// What changed lately: who leads, statuses, checks, the newest first. From the recorder in the region, so
// that it tells also of the minutes before the page was opened.
//
// Only what the cluster did is told of terms: one that is cut off goes on from view to view by itself,
// and would drown all else.

import { find, type Row, Table } from './dom.js';
import { byNumber, formatNumber, formatTime, shortName } from './format.js';
import type { Choice } from './panels.js';
import { type PageCatalogueProfile, report, type Store, type Track } from './store.js';

interface Watched {
  readonly name: string;
  readonly what: string;
  readonly word?: (value: number) => string;
}

interface Change {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

const watched: readonly Watched[] = [
  { name: 'health_check_status', what: 'check', word: healthWord },
  { name: 'kotoba_health_check_status', what: 'check', word: healthWord },
  { name: 'vsr_metrics_source_up', what: 'source', word: named(['unreachable', 'reachable']) },
];

function watchedOf({ members, changes }: PageCatalogueProfile): readonly Watched[] {
  const status = members?.status;
  const word = (value: number) => status?.values[value]?.[0] ?? 'unknown';
  return [
    ...(status === undefined ? [] : [{ name: status.gauge, what: 'status', word }]),
    ...changes.map(({ name, what, words }) => ({ name, what, word: named(words) })),
  ];
}

const mostRows = 40;
/** What changes again within this is one row: normal → view_change → normal. */
const togetherMs = 10_000;
const mostSteps = 4;

export class Changes {
  readonly #store: Store;
  readonly #table = new Table('Changes', [
    { title: 'time' },
    { title: 'who' },
    { title: 'what' },
    { title: 'change' },
  ]);
  /** What was seen of the cluster since the page was opened. */
  readonly #seen: Change[] = [];
  #leader: string | null | undefined;
  #openedAt = 0;

  constructor(store: Store) {
    this.#store = store;
    find('#changes .scroll').append(this.#table.root);
  }

  show(choice: Choice): void {
    const store = this.#store;
    const there = [...store.profiles.flatMap(watchedOf), ...watched].filter(
      ({ name }) => store.series(name).length > 0,
    );
    this.#watchLeader();
    const { cluster } = store.values;
    find('#changes').hidden = there.length === 0 && cluster === undefined;
    const from = store.values.takenAt - choice.rangeSeconds * 1000;
    const changes = there.flatMap((each) => {
      void store.follow(each.name).catch(report);
      return store.tracksOf(each.name, choice).flatMap((track) => changesOf(each, track));
    });
    const all = [...changes, ...this.#terms(), ...this.#leaders(), ...this.#seen].filter(
      ({ at }) => at >= from,
    );
    const rows = together(all).sort(
      (a, b) => b.row.at - a.row.at || byNumber(a.row.key, b.row.key),
    );
    this.#table.show(rows.slice(0, mostRows).map(({ row }) => row));
    find('#changes .empty').hidden = rows.length > 0;
    this.#table.root.hidden = rows.length === 0;
  }

  /** Since the page was opened the server says who leads, and that nobody does. */
  #watchLeader(): void {
    const { cluster, takenAt } = this.#store.values;
    if (cluster === undefined) return;
    const before = this.#leader;
    this.#leader = cluster.leader;
    if (before === undefined) this.#openedAt = takenAt;
    if (before === undefined || before === cluster.leader) return;
    const word = (name: string | null) => (name === null ? 'nobody' : `${cluster.member} ${name}`);
    const change = { at: takenAt, who: 'cluster', what: 'leader' };
    this.#seen.push({ ...change, from: word(before), to: word(cluster.leader) });
    if (this.#seen.length > 200) this.#seen.shift();
  }

  /** Terms that more than half of the members have reached. */
  #terms(): Change[] {
    const term = this.#store.membersProfile()?.members?.term;
    if (term === undefined) return [];
    let highest = Number.NEGATIVE_INFINITY;
    return this.#clusterChanges(term.gauge, term.title, String, (values) => {
      const reached = values.sort((a, b) => b - a)[Math.floor(values.length / 2)];
      if (reached === undefined || reached < highest) return undefined;
      highest = reached;
      return reached;
    });
  }

  /** Whom most members named as leader before the page was opened. */
  #leaders(): Change[] {
    const { cluster } = this.#store.values;
    const gauge = this.#store.membersProfile()?.members?.leader.named;
    if (cluster === undefined || gauge === undefined) return [];
    const nameOf = (node: number) => {
      const its = cluster.members.find(({ nodeId }) => nodeId === node);
      return its === undefined ? `node ${node}` : `${cluster.member} ${its.name}`;
    };
    const changes = this.#clusterChanges(gauge, 'leader', nameOf, (values) => {
      const named = values.filter((value) => value > 0);
      return named.find((one) => 2 * named.filter((other) => other === one).length > named.length);
    });
    return changes.filter(({ at }) => at < this.#openedAt);
  }

  /** How what the members show together changed; `of` says what it is, undefined while it is open. */
  #clusterChanges(
    gauge: string,
    what: string,
    word: (value: number) => string,
    of: (values: number[]) => number | undefined,
  ): Change[] {
    const store = this.#store;
    if (store.series(gauge).length === 0) return [];
    void store.follow(gauge).catch(report);
    const tracks = store.tracks(gauge);
    const moments = [...new Set(tracks.flatMap(({ points }) => points.map(({ at }) => at)))];
    const next = tracks.map(() => 0);
    const changes: Change[] = [];
    let before: number | undefined;
    for (const at of moments.sort((a, b) => a - b)) {
      const values = tracks.flatMap(({ points }, index) => {
        while ((points[next[index]!]?.at ?? Number.POSITIVE_INFINITY) <= at) next[index]! += 1;
        return points[next[index]! - 1]?.value ?? [];
      });
      const now = of(values);
      if (now === undefined) continue;
      if (before !== undefined && now !== before) {
        changes.push({ at, who: 'cluster', what, from: word(before), to: word(now) });
      }
      before = now;
    }
    return changes;
  }
}

function changesOf({ name, what, word = formatNumber }: Watched, track: Track): Change[] {
  const who = shortName(track.labels, new Set()) || name;
  return track.points.flatMap(({ at, value }, index): Change[] => {
    const before = track.points[index - 1]?.value;
    if (before === undefined || before === value) return [];
    return [{ at, who, what, from: word(before), to: word(value) }];
  });
}

/** What changed again soon afterwards, in a row with it; its time is that of the last change. */
function together(changes: readonly Change[]): { row: Row & { at: number } }[] {
  const rows: { at: number; who: string; what: string; steps: string[] }[] = [];
  const last = new Map<string, (typeof rows)[number]>();
  for (const { at, who, what, from, to } of [...changes].sort((a, b) => a.at - b.at)) {
    const key = `${who} ${what}`;
    const open = last.get(key);
    if (open !== undefined && at - open.at <= togetherMs && open.steps.at(-1) === from) {
      open.at = at;
      open.steps.push(to);
      continue;
    }
    const row = { at, who, what, steps: [from, to] };
    rows.push(row);
    last.set(key, row);
  }
  return rows.map(({ at, who, what, steps }) => {
    const shown = steps.length > mostSteps ? [steps[0]!, '…', ...steps.slice(-2)] : steps;
    const cells = [formatTime(at), who, what, shown.join(' → ')];
    return { row: { at, key: `${at} ${who} ${what}`, cells } };
  });
}

function named(words: readonly string[]) {
  return (value: number): string => words[value] ?? formatNumber(value);
}

function healthWord(value: number): string {
  if (value < 0) return 'unknown';
  if (value === 0) return 'unhealthy';
  return value < 1 ? 'degraded' : 'healthy';
}
