// What the proofs record: one counter, one histogram, one family that grows.

import { defineCatalogue, type Recording } from '../../lib/index.js';

export const proofCatalogue = defineCatalogue({
  name: 'proof',
  families: {
    steps: { kind: 'counter', name: 'proof_steps_total', help: 'Steps taken' },
    latency: {
      kind: 'histogram',
      name: 'proof_latency_seconds',
      help: 'Values recorded',
      buckets: [0.001, 0.01, 0.1, 1],
    },
    inFlight: { kind: 'gauge', name: 'proof_in_flight', help: 'Threads at work', combine: 'sum' },
    grown: {
      kind: 'counter',
      name: 'proof_grown_total',
      help: 'A family that grows',
      labels: { series: 'any' },
      maxSeries: 10_000,
    },
  },
});

/** One thread records directly, the next through a journal, so that lanes go from one to the other. */
export function recordingOf(index: number): Recording {
  return index % 2 === 0 ? 'journal' : 'direct';
}

export const steps = 'proof_steps_total';
export const latency = 'proof_latency_seconds';
export const inFlight = 'proof_in_flight';
export const grown = 'proof_grown_total';
