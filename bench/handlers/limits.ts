// What a record may cost between two other things, with handles reached as `this.metrics.name`.

import type { Limit, Lookup } from '../harness/limits.js';
import { groupOf, type Operation } from './shapes.js';

const ours = 'vsr-metrics, this.metrics.name';
/** Histograms that go through the journal of their lane. */
export const journalPeers = {
  all: 'vsr-metrics, journal, draining included',
  recording: 'vsr-metrics, journal, recording alone',
  drain: 'vsr-metrics, journal, one drain of its writer',
} as const;
const large = 2 * 1024 * 1024;

function of24(operation: Operation, touched: number, peer = ours) {
  return (of: Lookup) => of(groupOf({ operation, handles: 24, touched }), peer);
}

function time(
  what: string,
  atMost: number,
  operation: Operation,
  touched: number,
  peer = ours,
): Limit {
  return { what, unit: 'ns', atMost, measure: of24(operation, touched, peer) };
}

function ratio(
  what: string,
  atMost: number,
  operation: Operation,
  touched: number,
  peer: string,
): Limit {
  const [own, other] = [of24(operation, touched), of24(operation, touched, peer)];
  return {
    what: `${what} / ${peer}`,
    unit: 'x',
    atMost,
    measure: (of) => own(of) / other(of),
  };
}

const alone = 'histogram, 24 handles, nothing touched';
const between = 'histogram, 24 handles, 2 MB touched';

export const handlerLimits: readonly Limit[] = [
  time(alone, 12, 'histogram', 0),
  ratio(alone, 0.5, 'histogram', 0, 'Rust prometheus'),
  ratio(alone, 1.2, 'histogram', 0, 'Rust metriken'),
  time(between, 25, 'histogram', large),
  ratio(between, 0.7, 'histogram', large, 'Rust prometheus'),
  time('journal, 24 handles, draining included', 8, 'histogram', 0, journalPeers.all),
  time('journal, 24 handles, recording alone', 5, 'histogram', 0, journalPeers.recording),
  time('journal, one drain of its writer', 50_000, 'histogram', 0, journalPeers.drain),
  time('counter, 24 handles, 2 MB touched', 12, 'counter', large),
  time('gauge, 24 handles, 2 MB touched', 12, 'gauge', large),
  ratio('timed operation, 24 handles, 2 MB touched', 1, 'timed', large, 'Rust prometheus'),
];
