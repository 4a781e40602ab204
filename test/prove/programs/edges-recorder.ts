// A process of the proof `edges`: it makes or attaches to a registry and records, a little at a time,
// until it is killed or told to end. Arguments: see RecorderArguments.
//
// Messages in: { do: 'reopen', times } | { do: 'end' }.
// Out: { opened } | { refused, message } at the start, then { done } after each order.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { attachRegistry, createRegistry } from '../../../lib/index.js';
import { recordingOf } from '../catalogue.js';
import { catalogue, type Variant, variants, visitOf, waitOf } from '../edges/catalogue.js';
import {
  OwnSeat,
  overflowLabel,
  regionWord,
  sessionColumns,
  sessionLabel,
  wordsOfSeat,
} from '../edges/tally.js';
import { mapPage } from '../shared-page.js';

/** What the program is given, as JSON. */
export interface RecorderArguments {
  readonly file: string;
  /** Makes the registry, as this variant; attaches to it unless given. */
  readonly creates?: Variant;
  readonly addon: string;
  readonly page: string;
  readonly seats: number;
  readonly seat: number;
}

export interface RecorderOrder {
  readonly do: 'reopen' | 'end';
  readonly times?: number;
}

/** What a process still has of regions that it closed. */
export interface Remains {
  readonly descriptors: number;
  readonly mappings: number;
}

export type RecorderAnswer =
  | { readonly opened: true }
  | { readonly refused: string; readonly message: string }
  | { readonly done: true; readonly remains?: Remains };

const { file, creates, addon, page, seats, seat } = JSON.parse(
  process.argv[2]!,
) as RecorderArguments;
const own = new OwnSeat(mapPage(addon, page, seats * wordsOfSeat), seat);
const before = remains();
const topics = ['a', 'b', 'c'] as const;
const topicOf = () => topics[Math.floor(Math.random() * topics.length)]!;

function open() {
  const recording = recordingOf(seat);
  if (creates === undefined) return attachRegistry(file, { catalogue, recording });
  return createRegistry({ ...variants[creates], file, recording });
}

function openOrEnd() {
  try {
    return open();
  } catch (error) {
    const { code = 'none', message } = error as Error & { code?: string };
    answer({ refused: code, message });
    process.disconnect();
    process.exit(0);
  }
}

/** What sessions share for which there is no room. */
function sharedOf({ metrics }: typeof registry) {
  const session = overflowLabel;
  return { hits: metrics.hits.with({ session }), visits: metrics.visits.with({ session }) };
}

let registry = openOrEnd();
let shared = sharedOf(registry);
let session = 0;

/** The registry's region may be another one than before: it moves over by itself. */
function enter(): void {
  if (!own.enter(regionWord(registry.share().vsrMetricsRegion))) return;
  own.set('session', BigInt(session));
  own.set('inUse', 0n);
  registry.metrics.inUse.set(seat + 1);
  own.set('inUse', BigInt(seat + 1));
}

/** The session's series are removed, and asked for anew by the next record: by other labels or the same. */
function beginSession(): void {
  const { metrics } = registry;
  const labels = { session: sessionLabel(seat, session) };
  const isGone = (['hits', 'visits'] as const).map((family) => {
    const { changing, own: count } = sessionColumns[family];
    own.set(changing, 1n);
    const isRemoved = metrics[family].remove(labels);
    if (isRemoved) own.set(count, 0n);
    if (isRemoved || own.get(count) === 0n) return true;
    own.set(changing, 0n);
    return false;
  });
  own.add('sessions', 1n);
  if (Math.random() < 0.5 && isGone.every(Boolean)) {
    metrics.position.remove(labels);
    session++;
    own.set('session', BigInt(session));
  }
  own.set('hitsChanging', 0n);
  own.set('visitsChanging', 0n);
}

function record(): void {
  const { metrics } = registry;
  const labels = { session: sessionLabel(seat, session) };
  metrics.steps.inc();
  own.add('steps', 1n);
  const hits = metrics.hits.with(labels);
  hits.inc();
  own.add(hits === shared.hits ? 'sharedHits' : 'hits', 1n);
  metrics.waits.with({ path: 'fast' }).record(waitOf.fast);
  own.add('fast', 1n);
  const visits = metrics.visits.with(labels);
  visits.record(visitOf(seat));
  own.add(visits === shared.visits ? 'sharedVisits' : 'visits', 1n);
  metrics.waits.with({ path: 'slow' }).record(waitOf.slow);
  own.add('slow', 1n);
}

function slice(): void {
  enter();
  if (Math.random() < 0.05) beginSession();
  const { metrics } = registry;
  for (let times = Math.random() * 200; times > 0; times--) record();
  own.add('topics', 1n);
  metrics.topics.with({ topic: topicOf() }).inc();
  if (Math.random() < 0.02) metrics.topics.remove({ topic: topicOf() });
  metrics.position.with({ session: sessionLabel(seat, session) }).set(seat);
  timer = setTimeout(slice, Math.random() * 5);
}

function close(): void {
  own.set('inUse', 0n);
  registry.close();
}

function remains(): Remains {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    // The page lies elsewhere.
    mappings: maps.filter((line) => line.includes(`${dirname(file)}/`)).length,
  };
}

function answer(message: RecorderAnswer): void {
  process.send?.(message);
}

let timer = setTimeout(slice, 0);
process.on('message', (order: RecorderOrder) => {
  clearTimeout(timer);
  if (order.do === 'reopen') {
    for (let times = 0; times < (order.times ?? 1); times++) {
      const { metrics } = registry;
      close();
      // Heard by nobody.
      metrics.steps.inc(1000);
      metrics.waits.with({ path: 'fast' }).record(1);
      metrics.hits.with({ session: 'closed' }).inc();
      registry = openOrEnd();
      shared = sharedOf(registry);
      enter();
      registry.metrics.inUse.set(seat + 1);
      own.set('inUse', BigInt(seat + 1));
      record();
    }
    timer = setTimeout(slice, 0);
    answer({ done: true });
    return;
  }
  close();
  const { descriptors, mappings } = remains();
  answer({
    done: true,
    remains: {
      descriptors: descriptors - before.descriptors,
      mappings: mappings - before.mappings,
    },
  });
  process.disconnect();
});
process.on('disconnect', () => process.exit(0));
answer({ opened: true });
