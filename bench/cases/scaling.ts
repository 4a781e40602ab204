// One series and 1, 2, 4 and 8 threads that all record into it, alone and while the main thread
// takes a hundred snapshots per second. More threads than processors take turns.

import type { SharedRegistry } from '../../lib/index.js';
import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { bare, ours } from '../harness/versions.js';
import {
  attachBenchRegistry,
  type BenchRegistry,
  createBenchRegistry,
  totalOf,
} from './bench-registry.js';

const mask = valueCount - 1;
const threads = [1, 2, 4, 8];
const snapshotEveryMs = 10;

/** Of the main thread: what all the others record into. */
let owner: BenchRegistry | undefined;

const variants: Record<string, Pick<JavascriptCase, 'beside'>> = {
  'vsr-metrics': {},
  'vsr-metrics, 100 snapshots per second': {
    beside() {
      const timer = setInterval(() => owner!.snapshot(), snapshotEveryMs);
      return () => clearInterval(timer);
    },
  },
};

type Run = (first: number, end: number) => void;

function recordingCases(group: string, family: string, loop: (registry: BenchRegistry) => Run) {
  return Object.entries(variants).map(([peer, more]) =>
    defineCase<SharedRegistry>({
      ...ours,
      ...more,
      group,
      peer,
      threads,
      inWorkers: true,
      share: async () => {
        owner = await createBenchRegistry();
        return owner.share();
      },
      prepare: async (shared) => ({ run: loop(await attachBenchRegistry(shared)) }),
      totalOf: () => totalOf(owner!.snapshot(), family),
    }),
  );
}

let sharedCell: BigInt64Array | undefined;

export default [
  ...recordingCases('counter-scaling', 'bench_operations_total', ({ metrics }) => {
    const counter = metrics.operations;
    return (first, end) => {
      for (let index = first; index < end; index++) counter.inc();
    };
  }),
  ...recordingCases('histogram-scaling', 'bench_latency_ms', ({ metrics }) => {
    const histogram = metrics.latency;
    const values = generateValues();
    return (first, end) => {
      for (let index = first; index < end; index++) histogram.record(values[index & mask]!);
    };
  }),
  // What JavaScript has for one total over several threads.
  defineCase<SharedArrayBuffer>({
    ...bare,
    group: 'counter-scaling',
    peer: 'Atomics.add',
    threads,
    inWorkers: true,
    share: () => {
      const buffer = new SharedArrayBuffer(8);
      sharedCell = new BigInt64Array(buffer);
      return buffer;
    },
    prepare: (buffer) => {
      const cell = new BigInt64Array(buffer);
      return {
        run(first, end) {
          for (let index = first; index < end; index++) Atomics.add(cell, 0, 1n);
        },
      };
    },
    totalOf: () => Number(sharedCell![0]),
  }),
];
