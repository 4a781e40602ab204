// Collections of garbage that a hundred million records of each kind cause: once the code is
// compiled, and, shown beside it, from the very first record on.

import { defineCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { ours } from '../harness/versions.js';
import { type BenchRegistry, createBenchRegistry } from './bench-registry.js';

/** A tenth of it in a quick run. */
const records = (seconds: number) => Math.round(1e8 * Math.min(1, 2 * seconds));
const mask = valueCount - 1;

type Loop = (registry: BenchRegistry) => (first: number, end: number) => void;

function garbageCases(peer: string, loop: Loop, total: (registry: BenchRegistry) => number) {
  return [false, true].map((isCold) =>
    defineCase({
      ...ours,
      group: isCold ? 'garbage-cold' : 'garbage',
      peer,
      isCold,
      multiple: 2,
      operations: records,
      prepare: async () => {
        const registry = await createBenchRegistry();
        return { run: loop(registry), total: () => total(registry) };
      },
    }),
  );
}

const counted = (registry: BenchRegistry) => registry.snapshot().value('bench_operations_total')!;
const observed = (registry: BenchRegistry) =>
  registry.snapshot().histogram('bench_latency_ms')!.count;

export default [
  ...garbageCases(
    'counter inc()',
    ({ metrics: { operations } }) =>
      (first, end) => {
        for (let index = first; index < end; index++) operations.inc();
      },
    counted,
  ),
  ...garbageCases(
    'counter inc(n)',
    ({ metrics: { operations } }) =>
      (first, end) => {
        for (let index = first; index < end; index++) operations.inc((index & 1) + 0.5);
      },
    counted,
  ),
  ...garbageCases(
    'gauge set(v)',
    ({ metrics: { depth } }) =>
      (first, end) => {
        for (let index = first; index < end; index++) depth.set(index + 1);
      },
    (registry) => registry.snapshot().value('bench_depth')!,
  ),
  ...garbageCases(
    'gauge inc()',
    ({ metrics: { threadDepth } }) =>
      (first, end) => {
        for (let index = first; index < end; index++) threadDepth.inc();
      },
    (registry) => registry.snapshot().value('bench_thread_depth')!,
  ),
  ...garbageCases(
    'histogram record(v)',
    ({ metrics: { latency } }) => {
      const values = generateValues();
      return (first, end) => {
        for (let index = first; index < end; index++) latency.record(values[index & mask]!);
      };
    },
    observed,
  ),
  ...garbageCases(
    'now() and since(t0)',
    (registry) => {
      const { latency } = registry.metrics;
      return (first, end) => {
        for (let index = first; index < end; index++) latency.since(registry.now());
      };
    },
    observed,
  ),
];
