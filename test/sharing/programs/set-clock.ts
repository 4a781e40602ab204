// What readers say of two processes, one of them stopped, before and after the time of day is set.
// To be run with test/fixtures/clock preloaded.
//
//   node set-clock.js SECONDS
//
// Prints a JSON object; see `Said`.

import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import {
  createRegistry,
  defineCatalogue,
  readRegistry,
  type Snapshot,
} from '../../../lib/index.js';
import { newFile, RecordingProcess, removeAll } from '../processes.js';

/** What is printed. Before and after the time was set, in that order. */
export interface Said {
  /** By how many seconds the time of day of two snapshots differs. */
  readonly apart: number;
  readonly secondsSince: number;
  readonly rate: number;
  readonly age: number;
  readonly running: readonly string[];
  readonly stopped: readonly string[];
  /** Intervals between the points of a gauge's history, in seconds. */
  readonly intervals: readonly number[];
}

const catalogue = defineCatalogue({
  name: 'clocks',
  families: {
    steps: { kind: 'counter', name: 'clock_steps_total', help: 'Steps' },
    depth: { kind: 'gauge', name: 'clock_depth', help: 'Depth' },
  },
});

function setClock(seconds: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds));
  // In place: what is mapped is this file.
  writeFileSync(process.env.TIME_OF_DAY!, bytes, { flag: 'r+' });
}

const [file, other] = [newFile(), newFile()];
const registry = createRegistry({ catalogue, file });
registry.metrics.depth.sampleFrom(() => 7);
const stopped = await RecordingProcess.start('create', other);
const readers = [file, other].map((path) => readRegistry(path, { hungAfterMs: 2500 }));
const states = () => readers.map((reader) => reader.writer.state);

await setTimeout(2200);
const beforeStates = states();
stopped.signal('SIGSTOP');
const before: Snapshot = readers[0]!.snapshot();
registry.metrics.steps.inc(100);
setClock(Number(process.argv[2]));
const atOnce = states();
await setTimeout(4000);
const after = readers[0]!.snapshot();
const afterStates = states();
const points = readers[0]!.history('clock_depth');
const intervals = points
  .slice(1)
  .map(({ monotonicMs }, index) => monotonicMs - points[index]!.monotonicMs);
const said: Said = {
  apart: (after.takenAt - before.takenAt) / 1000,
  secondsSince: after.secondsSince(before),
  rate: after.rate(before, 'clock_steps_total')!,
  age: after.age('clock_depth')!,
  running: [beforeStates[0]!, atOnce[0]!, afterStates[0]!],
  stopped: [beforeStates[1]!, atOnce[1]!, afterStates[1]!],
  intervals: intervals.map((interval) => interval / 1000),
};
console.log(JSON.stringify(said));
stopped.signal('SIGCONT');
registry.close();
await removeAll();
