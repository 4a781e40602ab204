import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { parseArguments } from '../../lib/cli/arguments.js';
import { dumpCommand } from '../../lib/cli/dump/command.js';
import { dump } from '../../lib/cli/dump/run.js';
import { exitCodes, Failure } from '../../lib/cli/failure.js';
import { createRegistry, defineCatalogue, readRegistry, VsrMetricsError } from '../../lib/index.js';
import { until } from '../support/until.js';
import { claim, type Proof } from './proof.js';
import { Damage } from './region-damage.js';

const help = 'Of a file to be damaged.';

/** One of every kind, small: damage then mostly hits something that means something. */
const catalogue = defineCatalogue({
  name: 'damaged',
  families: {
    steps: { kind: 'counter', name: 'damaged_steps_total', help, labels: { of: 'any' } },
    last: { kind: 'gauge', name: 'damaged_last', help },
    least: { kind: 'gauge', name: 'damaged_least', help, combine: 'min' },
    wait: {
      kind: 'histogram',
      name: 'damaged_wait_seconds',
      help,
      buckets: [1 / 3, 0.5, 1],
      range: { min: 0.1, max: 10 },
      digits: 1,
    },
    pause: {
      kind: 'histogram',
      name: 'damaged_pause_seconds',
      help,
      buckets: [0.5, 1],
      range: { min: 0.1, max: 10 },
      digits: 1,
    },
  },
});

// One second is what is promised; a busy machine and a sanitizer get more.
const mostSeconds = 10;

/** Damaged files, and one that changes while it is read, through everything that reads files. */
export const damaged: Proof<{ readonly files: number; readonly rewrites: number }> = {
  name: 'damaged',
  claim: 'a damaged file, or one rewritten meanwhile, is a named error or a reading, and soon',
  full: { files: 20_000, rewrites: 3000 },
  short: { files: 300, rewrites: 60 },

  async run({ files, rewrites }, progress) {
    const file = `/dev/shm/proof-damaged-${process.pid}.metrics`;
    const output = `${file}.output`;
    const sound = await soundFile(file);
    try {
      const outcomes = { readings: 0, errors: 0 };
      let longest = 0;
      const read = async (what: string) => {
        const started = performance.now();
        const isReading = await readEverything(file, output, what);
        longest = Math.max(longest, (performance.now() - started) / 1000);
        claim(longest < mostSeconds, `${what}: read for ${longest} s`);
        outcomes[isReading ? 'readings' : 'errors']++;
      };
      const descriptor = openSync(file, 'r+');
      for (let number = 0; number < files; number++) {
        const damage = new Damage(sound, number);
        damage.apply(descriptor);
        await read(`file ${number}`);
        ftruncateSync(descriptor, sound.length);
        damage.mend(descriptor);
        // Readers that are collected close their files when the event loop turns.
        await setImmediate();
        progress(number, files + rewrites);
      }
      closeSync(descriptor);
      // Damage that is always refused, or always read, would try only half of the reader.
      claim(outcomes.readings > files / 20, `only ${outcomes.readings} readings`);
      claim(outcomes.errors > files / 20, `only ${outcomes.errors} errors`);

      const program = new URL('./programs/rewriting-worker.js', import.meta.url);
      const worker = new Worker(program, { workerData: { file, sound } });
      for (let number = 0; number < rewrites; number++) {
        await read(`rewrite ${number}`);
        progress(files + number, files + rewrites);
      }
      await worker.terminate();
      return { files, rewrites, ...outcomes };
    } finally {
      rmSync(file, { force: true });
      rmSync(output, { force: true });
    }
  },
};

/** The bytes of a file with something of everything, the history too. */
async function soundFile(file: string): Promise<Buffer> {
  const registry = createRegistry({
    catalogue,
    file,
    capacity: { lanes: 2, series: 16, histograms: 3, historyBytes: 16_384 },
    recording: 'journal',
  });
  const { metrics } = registry;
  for (const of of ['a', 'b', 'c']) metrics.steps.with({ of }).inc(7);
  metrics.steps.remove({ of: 'b' });
  metrics.last.set(3);
  metrics.least.set(-3);
  for (let value = 0; value < 100; value++) metrics.wait.record(value / 9);
  for (let value = 0; value < 100; value++) metrics.pause.record(value / 20);
  await until(() => registry.history('damaged_last').length > 0);
  // As after a kill: with records in the journal that are not in their cells yet.
  const bytes = readFileSync(file);
  registry.close();
  // Made anew: nobody keeps this one's lock, or its history, any more.
  rmSync(file);
  const descriptor = openSync(file, 'w', 0o600);
  writeSync(descriptor, bytes);
  closeSync(descriptor);
  return bytes;
}

/** True: a reading. False: an error that says what is wrong. Anything else is thrown. */
async function readEverything(file: string, output: string, what: string): Promise<boolean> {
  let isReading = true;
  const attempt = async (read: () => unknown) => {
    try {
      await read();
    } catch (error) {
      isReading = false;
      claim(isNamed(error, file), `${what}: ${inFull(error)}`);
    }
  };
  await attempt(() => {
    const reader = readRegistry(file);
    const snapshot = reader.snapshot();
    for (const { info, series } of snapshot.families) {
      for (const each of series) {
        reader.history(info.name, { labels: Object.fromEntries(each.info.labels) });
      }
    }
    return [reader.writer, reader.processes()];
  });
  for (const options of [
    ['--format', 'prometheus'],
    ['--format', 'openmetrics'],
    ['--format', 'json'],
    ['--format', 'hdr'],
    ['--format', 'hgrm'],
    ['--history'],
  ]) {
    const args = ['--output', output, file, ...options];
    await attempt(() => dump(parseArguments(dumpCommand, args), process));
  }
  return isReading;
}

/** It says what is wrong with the file, or that a series has gone since it was looked for. */
function isNamed(error: unknown, file: string): boolean {
  if (error instanceof Failure && error.exitCode !== exitCodes.unreadable) return false;
  const named = error instanceof Failure ? error.cause : error;
  if (!(named instanceof VsrMetricsError)) return false;
  const isOfFile = named.code === 'VSR_METRICS_REGION_UNREADABLE' && named.message.includes(file);
  return isOfFile || named.code === 'VSR_METRICS_LABEL_VALUE';
}

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
