// One record between two other things: see ../handlers/shapes.ts. Handles are reached in two ways:
// as constants of the module ("bound"), and as `this.metrics.name`, as programs do that have more than
// one registry; there no handle is a constant of the compiled code.

import type { CatalogueInput } from '../../lib/core/catalogue/types.js';
import type { Recording, Snapshot } from '../../lib/index.js';
import { type Drains, watchDrains } from '../handlers/drains.js';
import { journalPeers } from '../handlers/limits.js';
import { groupOf, type Operation, type Shape, shapesOf } from '../handlers/shapes.js';
import { callNumber, type Handler, timeHandler } from '../handlers/timed-handler.js';
import { defineCase, type JavascriptCase } from '../harness/javascript-case.js';
import { bare, ours } from '../harness/versions.js';
import { latencyBounds } from './bench-catalogue.js';
import { attributes, createMeter, histogramOptions, openTelemetry } from './opentelemetry.js';
import { bound, countOf, heldValue, type PromClient, promClients } from './prom-clients.js';

type JournalPart = keyof typeof journalPeers;
type Handles = Readonly<Record<string, object>>;

/** What is recorded into, and how much of it there is afterwards. */
interface Recorded {
  readonly handles: Handles;
  /** Records held by all handles together, warm-up included. */
  total(shape: Shape, expected: number): number | Promise<number>;
}

interface HandlerPeer extends Pick<JavascriptCase, 'peer' | 'version' | 'unavailable'> {
  readonly operation: Operation;
  /** One call as source: on HANDLE, with VALUE, or with CALL: how many calls there were, this one included. */
  readonly call: string;
  readonly isMember?: boolean;
  make(names: readonly string[]): Recorded | Promise<Recorded>;
  /** What is told of a journal: all of it, recording without drains, or one drain by its writer. */
  readonly part?: JournalPart;
  /** What the source may name besides the handle. */
  scope?(): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

const namesOf = (handles: number) => Array.from({ length: handles }, (_, index) => `m${index}`);

/** A function with one call for each handle, one after the other. */
function compile(
  call: string,
  handles: Handles,
  isMember: boolean,
  scope: Readonly<Record<string, unknown>>,
): Handler {
  const names = Object.keys(handles);
  const calls = names.map((name, index) =>
    call
      .replaceAll('HANDLE', isMember ? `this.metrics.${name}` : name)
      .replaceAll('VALUE', `values[${index}]`)
      .replaceAll('CALL', `values[${callNumber}]`),
  );
  const body = isMember
    ? `class Handler {
         constructor(metrics) { this.metrics = metrics; }
         handle(values) { let time = 0; ${calls.join(';')}; return time; }
       }
       const handler = new Handler(handles);
       return (values) => handler.handle(values);`
    : `const { ${names.join(', ')} } = handles;
       return (values) => { let time = 0; ${calls.join(';')}; return time; };`;
  const make = new Function('handles', ...Object.keys(scope), body);
  return make(handles, ...Object.values(scope)) as Handler;
}

function handlerCases(peer: HandlerPeer): JavascriptCase[] {
  // Where much is touched in between, a ring is not filled while it is measured.
  const shapes = shapesOf(peer.operation).filter(
    ({ touched }) => peer.part !== 'drain' || touched === 0,
  );
  return shapes.map((shape) =>
    defineCase({
      peer: peer.peer,
      version: peer.version,
      ...(peer.unavailable === undefined ? {} : { unavailable: peer.unavailable }),
      group: groupOf(shape),
      multiple: shape.handles,
      prepare: async () => {
        const { handles, total } = await peer.make(namesOf(shape.handles));
        const scope = (await peer.scope?.()) ?? {};
        const handler = compile(peer.call, handles, peer.isMember === true, scope);
        const { run, warmedUp } = timeHandler(handler, shape);
        const drains = peer.part && watchDrains(Object.values(handles)[0]!);
        const before = warmedUp * shape.handles;
        return {
          run: drains === undefined ? run : partOf(run, drains, peer.part!),
          total: async (operations) => (await total(shape, operations + before)) - before,
        };
      },
    }),
  );
}

/** Nanoseconds of a part, as `run` tells them of all. */
function partOf(
  run: (first: number, end: number) => number,
  drains: Drains,
  part: JournalPart,
): typeof run {
  return (first, end) => {
    drains.take();
    const alone = run(first, end) - drains.take();
    const records = end - first;
    if (part === 'recording') return alone;
    // Of one drain it is told how long it takes, not what it adds to a record.
    return part === 'all' ? alone + drains.perRecord() * records : drains.one() * records;
  };
}

// ---- this library ---------------------------------------------------------------------------

const help = 'What a benchmark records';

function familyOf(operation: Operation, index: number): object {
  const names = { counter: 'counted_total', gauge: 'depth', clock: '', histogram: '', timed: '' };
  const name = `bench_${index}_${names[operation] || 'latency_ms'}`;
  if (operation === 'counter' || operation === 'gauge') return { kind: operation, name, help };
  // Single readings of a clock are a few ten nanoseconds apart.
  const range = operation === 'timed' ? { range: { min: 1e-6, max: 1000 } } : {};
  return { kind: 'histogram', name, help, unit: 'ms', buckets: latencyBounds, ...range };
}

async function ourRecording(
  operation: Operation,
  names: readonly string[],
  recording: Recording = 'direct',
): Promise<Recorded> {
  const { createRegistry, defineCatalogue } = await import('../../lib/index.js');
  const families = Object.fromEntries(
    names.map((name, index) => [name, familyOf(operation, index)]),
  );
  const waived = names.map((_, index) => [
    `bench_${index}_latency_ms`,
    { 'base-unit': 'consensus is measured in ms' },
  ]);
  const isHistogram = operation === 'histogram' || operation === 'timed';
  const waive = Object.fromEntries(isHistogram ? waived : []);
  const catalogue = defineCatalogue({ name: 'handlers', families, waive } as never);
  const registry = createRegistry({
    catalogue: catalogue as CatalogueInput,
    resourcesEveryMs: false,
    recording,
  });
  return {
    handles: registry.metrics as Handles,
    total: ({ handles }) => heldBy(registry.snapshot(), operation, handles),
  };
}

function heldBy(snapshot: Snapshot, operation: Operation, handles: number): number {
  const held = Array.from({ length: handles }, (_, index) => {
    if (operation === 'counter') return snapshot.value(`bench_${index}_counted_total`)!;
    if (operation === 'gauge') return snapshot.value(`bench_${index}_depth`)!;
    return snapshot.histogram(`bench_${index}_latency_ms`)!.count;
  });
  return sumOfEqual(held);
}

/** All handles are called equally often: then it is known of each what it has to hold. */
function sumOfEqual(held: readonly number[]): number {
  const odd = held.find((each) => each !== held[0]);
  if (odd !== undefined) throw new Error(`one handle holds ${held[0]} records, another ${odd}`);
  return held.reduce((sum, each) => sum + each, 0);
}

async function clockScope() {
  const { now } = await import('../../lib/core/region/clock.js');
  return { now };
}

const ourCalls: Readonly<Partial<Record<Operation, string>>> = {
  counter: 'HANDLE.inc()',
  gauge: 'HANDLE.set(CALL)',
  histogram: 'HANDLE.record(VALUE)',
  timed: 'HANDLE.since(now())',
};

function oursFor(operation: Operation, call: string): HandlerPeer[] {
  return [false, true].map((isMember) => ({
    ...ours,
    peer: isMember ? `${ours.peer}, this.metrics.name` : ours.peer,
    operation,
    call,
    isMember,
    make: (names) => ourRecording(operation, names),
    scope: clockScope,
  }));
}

/** Through the journal: all of it, recording alone, and one drain by the writer. */
const throughJournal = (['histogram', 'timed'] as const).flatMap((operation) =>
  (['all', 'recording', 'drain'] as const).map(
    (part): HandlerPeer => ({
      ...ours,
      peer: journalPeers[part],
      operation,
      call: ourCalls[operation]!,
      isMember: true,
      make: (names) => ourRecording(operation, names, 'journal'),
      scope: clockScope,
      part,
    }),
  ),
);

// ---- prom-client and its successors ---------------------------------------------------------

function promRecording(client: PromClient, operation: Operation, names: readonly string[]) {
  const { Counter, Gauge, Histogram } = client.load();
  const labelNames = ['tenant_id', 'outcome'] as const;
  const common = { registers: [], help, labelNames };
  const open = (name: string) => {
    if (operation === 'counter') return new Counter({ ...common, name });
    if (operation === 'gauge') return new Gauge({ ...common, name });
    return new Histogram({ ...common, name, buckets: latencyBounds });
  };
  const families = names.map((name, index) => [name, open(`bench_${index}`)] as const);
  return {
    handles: Object.fromEntries(
      families.map(([name, family]) => [name, bound(family as InstanceType<typeof Counter>)]),
    ),
    total: async () => {
      const held = families.map(([, family]) =>
        family instanceof Histogram
          ? countOf(family)
          : heldValue(family as InstanceType<typeof Counter>),
      );
      return sumOfEqual(await Promise.all(held));
    },
  };
}

const promCalls: Readonly<Partial<Record<Operation, string>>> = {
  counter: 'HANDLE.inc()',
  gauge: 'HANDLE.set(CALL)',
  histogram: 'HANDLE.observe(VALUE)',
  timed: 'HANDLE.startTimer()()',
};

// ---- OpenTelemetry --------------------------------------------------------------------------

function openTelemetryRecording(operation: Operation, names: readonly string[]): Recorded {
  const { meter, totals } = createMeter();
  const open = (name: string) => {
    if (operation === 'counter') return meter.createCounter(name);
    if (operation === 'gauge') return meter.createGauge(name);
    return meter.createHistogram(name, histogramOptions);
  };
  return {
    handles: Object.fromEntries(names.map((name) => [name, open(name)])),
    total: async () => sumOfEqual(await totals()),
  };
}

const openTelemetryCalls: Readonly<Partial<Record<Operation, string>>> = {
  counter: 'HANDLE.add(1, attributes)',
  gauge: 'HANDLE.record(CALL, attributes)',
  histogram: 'HANDLE.record(VALUE, attributes)',
  timed: 'time = performance.now(); HANDLE.record(performance.now() - time, attributes)',
};

/** A clock keeps nothing; that it never stepped back is what can be checked. */
function clockFor(peer: string, version: string, call: string): HandlerPeer {
  const seen = { last: 0, stepsBack: 0 };
  return {
    peer,
    version,
    operation: 'clock',
    call: `time = ${call}; if (time < seen.last) seen.stepsBack++; seen.last = time`,
    make: (names) => ({
      handles: Object.fromEntries(names.map((name) => [name, seen])),
      total: (_, expected) => expected - seen.stepsBack,
    }),
    scope: async () => ({ ...(await clockScope()), performance, seen }),
  };
}

/** Stages that follow one another, each from the end of the one before: one reading each. */
const stages = oursFor('timed', 'time = HANDLE.since(time || now())').map((peer) => ({
  ...peer,
  peer: `${peer.peer}, t = since(t)`,
}));

const recording = (['counter', 'gauge', 'histogram', 'timed'] as const).flatMap((operation) => [
  ...oursFor(operation, ourCalls[operation]!),
  ...promClients.map((client) => ({
    ...client,
    operation,
    peer: `${client.peer}, bound child`,
    call: promCalls[operation]!,
    make: (names: readonly string[]) => promRecording(client, operation, names),
  })),
  {
    ...openTelemetry,
    operation,
    call: openTelemetryCalls[operation]!,
    make: (names: readonly string[]) => openTelemetryRecording(operation, names),
    scope: () => ({ attributes, performance }),
  },
]);

const clocks = [
  clockFor(ours.peer, ours.version, 'now()'),
  clockFor('performance.now()', bare.version, 'performance.now()'),
];

export default [...recording, ...throughJournal, ...stages, ...clocks].flatMap(handlerCases);
