// The page: takes the values of each second and shows them.

import { Changes } from './changes.js';
import { fillSelect, find, setText } from './dom.js';
import { byNumber, formatTime } from './format.js';
import { Health } from './health.js';
import { Members } from './members.js';
import { type Choice, Panels } from './panels.js';
import { SeriesTable } from './series-table.js';
import { Store, type Values } from './store.js';
import { Tiles } from './tiles.js';

/** Longer without values than that is a lost connection, whatever the socket thinks. */
const patienceMs = 3500;
/** Labels that tell the members of a cluster apart, the first that does. */
const replicaLabels = ['replica_id', 'node_id', 'node', 'broker_id', 'instance', 'file'];

const store = new Store();
const tiles = new Tiles(store);
const members = new Members(store);
const health = new Health(store);
const changes = new Changes(store);
const panels = new Panels(store, find('#panels'));
const seriesTable = new SeriesTable(store);
const replicaSelect = find<HTMLSelectElement>('#replica');
const rangeSelect = find<HTMLSelectElement>('#range');
const schemeSelect = find<HTMLSelectElement>('#scheme');
const pauseButton = find<HTMLButtonElement>('#pause');
let replicaLabel: string | undefined;
let lastHeardAt = 0;
let wasLost = false;
let isPaused = false;
let knownFamilies = '';

function choice(): Choice {
  const rangeSeconds = Number(rangeSelect.value);
  return { replicaLabel, replica: replicaSelect.value || undefined, rangeSeconds };
}

function showAll(): void {
  const chosen = choice();
  tiles.show(chosen);
  members.show();
  health.show();
  showTitle();
  changes.show(chosen);
  panels.show(chosen);
  seriesTable.show(chosen);
}

/** Whose numbers these are, and how it does: for whoever has many tabs. */
function showTitle(): void {
  const name = store.title || 'vsr-metrics';
  setText(find('h1'), name);
  const verdict = find('#verdict strong').textContent;
  document.title = `${verdict}: ${name}${name === 'vsr-metrics' ? '' : ' – vsr-metrics'}`;
}

async function accept(values: Values): Promise<void> {
  lastHeardAt = performance.now();
  say('live', 'live');
  // What is on the screen stays there; what comes meanwhile is missing from the charts afterwards
  // no longer than it takes to fetch it.
  if (isPaused) return;
  store.accept(values);
  setText(find('#taken'), formatTime(values.takenAt));
  const names = values.families.map(({ name }) => name).join();
  if (names !== knownFamilies) {
    await store.loadCatalogue();
    knownFamilies = names;
  }
  if (wasLost) {
    wasLost = false;
    await store.refillAll();
  }
  offerReplicas();
  showAll();
}

function offerReplicas(): void {
  const found = new Map<string, Set<string>>();
  for (const { series } of store.values.families) {
    for (const { labels } of series) {
      for (const name of replicaLabels) {
        if (labels[name] === undefined) continue;
        found.set(name, (found.get(name) ?? new Set()).add(labels[name]));
      }
    }
  }
  const there = replicaLabels.filter((name) => found.has(name));
  replicaLabel = there.find((name) => found.get(name)!.size > 1) ?? there[0];
  const values = [...(found.get(replicaLabel ?? '') ?? [])].sort(byNumber);
  store.replicas = replicaLabel === undefined ? undefined : { label: replicaLabel, values };
  find('#replica-choice').hidden = values.length < 2;
  fillSelect(replicaSelect, [
    { value: '', text: 'all' },
    ...values.map((value) => ({ value, text: value })),
  ]);
}

/** Said once, so that a screen reader does not repeat it every second. */
function say(state: 'live' | 'lost', text: string): void {
  const connection = find('#connection');
  document.documentElement.toggleAttribute('data-stale', state === 'lost');
  if (connection.textContent === text) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

function lost(reason: string): void {
  wasLost = true;
  say('lost', reason);
  // What was well then need not be well now.
  health.lose(reason);
  tiles.lose();
  showTitle();
}

function listen(): void {
  const events = new EventSource('api/v1/events');
  events.addEventListener('message', ({ data }) => {
    accept(JSON.parse(data) as Values).catch(() => lost('connection lost, trying again'));
  });
  events.addEventListener('problem', ({ data }) => {
    lost(`no values: ${(JSON.parse(data) as { message: string }).message}`);
  });
  events.addEventListener('error', () => {
    lost('connection lost, trying again');
    // A server that answered with an error is not asked again by the browser itself.
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 2000);
  });
}

function applyScheme(): void {
  document.documentElement.dataset.scheme = schemeSelect.value;
  panels.restyle();
}

schemeSelect.value = localStorage.getItem('scheme') ?? '';
schemeSelect.addEventListener('change', () => {
  localStorage.setItem('scheme', schemeSelect.value);
  applyScheme();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyScheme);
for (const select of [replicaSelect, rangeSelect]) select.addEventListener('change', showAll);
pauseButton.addEventListener('click', () => {
  isPaused = !isPaused;
  // The seconds in between are fetched when it goes on.
  wasLost = true;
  pauseButton.textContent = isPaused ? 'Go on' : 'Pause';
  document.documentElement.toggleAttribute('data-paused', isPaused);
});
find('#filter').addEventListener('input', () => seriesTable.show(choice()));
find('#choices').addEventListener('submit', (event) => event.preventDefault());
setInterval(() => {
  if (lastHeardAt > 0 && performance.now() - lastHeardAt > patienceMs) {
    lost('connection lost, trying again');
  }
}, 500);
applyScheme();
listen();
