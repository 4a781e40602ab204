// What changed lately: statuses, views, leaders and checks, the newest first. From the recorder in the
// region, so that it tells also of the minutes before the page was opened.

import { find, type Row, Table } from './dom.js';
import { byNumber, formatLabels, formatNumber, formatTime, shortName } from './format.js';
import type { Choice } from './panels.js';
import { type Profile, profileOf } from './profiles.js';
import { report, type Store, type Track } from './store.js';

interface Watched {
  readonly name: string;
  readonly what: string;
  readonly word?: (value: number) => string;
}

const watched: readonly Watched[] = [
  { name: 'kotoba_cluster_nodes_active', what: 'active nodes' },
  { name: 'health_check_status', what: 'check', word: healthWord },
  { name: 'kotoba_health_check_status', what: 'check', word: healthWord },
  { name: 'vsr_metrics_source_up', what: 'source', word: named(['unreachable', 'reachable']) },
];

/** Of the members of a cluster. */
function watchedOf({ anchor, statuses, term, changes }: Profile): readonly Watched[] {
  const word = (value: number) => statuses?.[value]?.[0] ?? 'unknown';
  return [
    ...(statuses === undefined ? [] : [{ name: anchor, what: 'status', word }]),
    { name: term.name, what: term.title },
    ...changes.map(({ name, what, words }) => ({ name, what, word: named(words) })),
  ];
}

const mostRows = 40;

export class Changes {
  readonly #store: Store;
  readonly #table = new Table('Changes', [
    { title: 'time' },
    { title: 'who' },
    { title: 'what' },
    { title: 'change' },
  ]);

  constructor(store: Store) {
    this.#store = store;
    find('#changes .scroll').append(this.#table.root);
  }

  show(choice: Choice): void {
    const store = this.#store;
    const profile = profileOf(store);
    const there = [...(profile === undefined ? [] : watchedOf(profile)), ...watched].filter(
      ({ name }) => store.series(name).length > 0,
    );
    find('#changes').hidden = there.length === 0;
    const from = store.values.takenAt - choice.rangeSeconds * 1000;
    const changes = there.flatMap((each) => {
      void store.follow(each.name).catch(report);
      return store.tracksOf(each.name, choice).flatMap((track) => changesOf(each, track, from));
    });
    changes.sort((a, b) => b.at - a.at || byNumber(a.row.key, b.row.key));
    this.#table.show(changes.slice(0, mostRows).map(({ row }) => row));
    find('#changes .empty').hidden = changes.length > 0;
    this.#table.root.hidden = changes.length === 0;
  }
}

function changesOf({ name, what, word = formatNumber }: Watched, track: Track, from: number) {
  return track.points.flatMap(({ at, value }, index): { at: number; row: Row }[] => {
    const before = track.points[index - 1]?.value;
    if (before === undefined || before === value || at < from) return [];
    const key = `${at} ${name} ${formatLabels(track.labels)}`;
    const who = shortName(track.labels, new Set());
    const change = `${word(before)} → ${word(value)}`;
    return [{ at, row: { key, cells: [formatTime(at), who, what, change] } }];
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
