// The same records from other places than a small hot loop. Shown without a limit, because what they
// cost is mostly not the library's: a call that is not inlined, code that is not compiled yet.
//
//   not inlined           the optimiser may inline nothing
//   cold                  the first thousand calls of a process
//   large caller          64 handles in one function, too much to inline all of it
//   after a transfer      an ArrayBuffer was detached, so V8 checks every typed array from then on

import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { generateValues, valueCount } from '../harness/values.js';
import { ours } from '../harness/versions.js';
import { type BenchRegistry, createBenchRegistry, totalOf } from './bench-registry.js';

const mask = valueCount - 1;
const handles = 64;

type Run = (first: number, end: number) => void;

interface Operation {
  readonly group: string;
  loop(registry: BenchRegistry): Run;
  /** One of the calls of the large caller, as source: on `handle`, with `value`. */
  readonly call: string;
  open(registry: BenchRegistry, tenant_id: string): object;
  total(registry: BenchRegistry, operations: number): number;
}

const operations: Operation[] = [
  {
    group: 'counter',
    loop:
      ({ metrics }) =>
      (first, end) => {
        const counter = metrics.operations;
        for (let index = first; index < end; index++) counter.inc();
      },
    call: 'inc()',
    open: ({ metrics }, tenant_id) => metrics.tenantOperations.with({ tenant_id }),
    total: (registry) =>
      totalOf(registry.snapshot(), 'bench_operations_total') +
      totalOf(registry.snapshot(), 'bench_tenant_operations_total'),
  },
  {
    group: 'gauge',
    loop:
      ({ metrics }) =>
      (first, end) => {
        const gauge = metrics.depth;
        for (let index = first; index < end; index++) gauge.set(index + 1);
      },
    call: 'set(index + 1)',
    open: ({ metrics }, tenant_id) => metrics.tenantDepth.with({ tenant_id }),
    // Whichever gauge was set last holds as many as were set in all.
    total: (registry) =>
      Math.max(
        registry.snapshot().value('bench_depth') ?? 0,
        totalOfLargest(registry, 'bench_tenant_depth'),
      ),
  },
  {
    group: 'histogram',
    loop: ({ metrics }) => {
      const values = generateValues();
      return (first, end) => {
        const histogram = metrics.latency;
        for (let index = first; index < end; index++) histogram.record(values[index & mask]!);
      };
    },
    call: 'record(values[index & mask])',
    open: ({ metrics }, tenant_id) => metrics.tenantLatency.with({ tenant_id }),
    total: (registry) =>
      totalOf(registry.snapshot(), 'bench_latency_ms') +
      totalOf(registry.snapshot(), 'bench_tenant_latency_ms'),
  },
];

function totalOfLargest(registry: BenchRegistry, name: string): number {
  const family = registry.snapshot().families.find(({ info }) => info.name === name)!;
  const { values } = registry.snapshot();
  // What nobody has set is no number.
  return Math.max(0, ...family.series.map(({ offset }) => values[offset]! || 0));
}

/** A function with 64 handles and as many calls, one after the other. */
function largeCaller({ call, open }: Operation, registry: BenchRegistry): Run {
  const names = Array.from({ length: handles }, (_, number) => `handle${number}`);
  const recorders = names.map((name) => open(registry, name));
  const calls = names.map((name) => `${name}.${call}; index++;`).join('\n');
  const body = `return (first, end) => { for (let index = first; index < end;) { ${calls} } };`;
  const make = new Function('values', 'mask', ...names, body) as (...given: unknown[]) => Run;
  return make(generateValues(), mask, ...recorders);
}

function detachSomething(): void {
  const unrelated = new ArrayBuffer(64);
  structuredClone(unrelated, { transfer: [unrelated] });
  if (unrelated.byteLength !== 0) throw new Error('the buffer was not detached');
}

function surrounded(
  operation: Operation,
  peer: string,
  make: (registry: BenchRegistry) => Run,
  more: Partial<JavascriptCase> = {},
) {
  return defineCase({
    ...ours,
    group: `${operation.group}-surroundings`,
    peer,
    ...more,
    prepare: async () => {
      const registry = await createBenchRegistry();
      return { run: make(registry), total: (count) => operation.total(registry, count) };
    },
  });
}

export default operations.flatMap((operation) => {
  const { loop } = operation;
  return [
    surrounded(operation, 'vsr-metrics', loop),
    surrounded(operation, 'not inlined', loop, { nodeOptions: ['--no-turbo-inlining'] }),
    surrounded(operation, 'cold, first 1,000', loop, { operations: 1000, isCold: true }),
    surrounded(operation, 'large caller', (registry) => largeCaller(operation, registry), {
      multiple: handles,
    }),
    surrounded(operation, 'after a transfer', (registry) => {
      detachSomething();
      return loop(registry);
    }),
  ];
});
