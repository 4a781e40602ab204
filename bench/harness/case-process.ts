// Measures one JavaScript case once and prints the JSON that peers in other languages print too.
//
//   node case-process.js <URL of the module> <index of the case> <threads> <seconds>
//   node case-process.js <URL of the module> all <seconds>      every case once, one after the other
//
// One thread runs here, unless the case wants this one for something else; more run in workers, which
// start together.

import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type JavascriptCase, loadCases } from './javascript-case.js';
import { type ThreadTime, timeThread } from './rounds.js';
import type { PercentileCurve, TrialOutput } from './types.js';
import { valueCount } from './values.js';

interface Finished extends ThreadTime {
  readonly total: number | undefined;
  readonly bytes: number | undefined;
  readonly percentiles: PercentileCurve | undefined;
}

interface WorkerTask {
  readonly moduleUrl: string;
  readonly index: number;
  readonly seconds: number;
  readonly thread: number;
  readonly threads: number;
  readonly shared: unknown;
  readonly barrier: SharedArrayBuffer;
}

async function runThread(
  each: JavascriptCase,
  shared: unknown,
  thread: number,
  seconds: number,
  first: number,
  meet: () => void = () => undefined,
): Promise<Finished> {
  const prepared = await each.prepare(shared, thread, seconds);
  meet();
  const time = await timeThread(prepared, each, seconds, first);
  const bytes = await prepared.bytes?.();
  const percentiles = prepared.percentiles?.();
  return { ...time, total: await prepared.total?.(time.operations), bytes, percentiles };
}

async function caseAt(moduleUrl: string, index: number): Promise<JavascriptCase> {
  const each = (await loadCases(moduleUrl))[index];
  if (each === undefined) throw new RangeError(`${moduleUrl} has no case ${index}`);
  return each;
}

async function runWorker(task: WorkerTask): Promise<void> {
  const { moduleUrl, index, seconds, thread, threads, shared, barrier } = task;
  const each = await caseAt(moduleUrl, index);
  const first = Math.floor((thread * valueCount) / threads);
  const finished = await runThread(each, shared, thread, seconds, first, () => {
    const ready = new Int32Array(barrier);
    Atomics.add(ready, 0, 1);
    Atomics.notify(ready, 0);
    for (let seen = Atomics.load(ready, 0); seen < threads; seen = Atomics.load(ready, 0)) {
      Atomics.wait(ready, 0, seen);
    }
  });
  parentPort?.postMessage(finished);
}

function startWorker(task: WorkerTask): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: task });
    worker.on('message', resolve).on('error', reject);
    worker.on('exit', () => reject(new Error(`thread ${task.thread} ended without a result`)));
  });
}

async function runCase(
  moduleUrl: string,
  index: number,
  threads: number,
  seconds: number,
): Promise<TrialOutput> {
  const each = await caseAt(moduleUrl, index);
  const shared = await each.share?.();
  const barrier = new SharedArrayBuffer(4);
  const isAlone = threads === 1 && each.inWorkers !== true;
  const endBeside = each.beside?.(shared);
  const times = isAlone
    ? [await runThread(each, shared, 0, seconds, 0)]
    : await Promise.all(
        Array.from({ length: threads }, (_, thread) =>
          startWorker({ moduleUrl, index, seconds, thread, threads, shared, barrier }),
        ),
      );
  endBeside?.();
  const sum = (pick: (time: Finished) => number) =>
    times.reduce((all, time) => all + pick(time), 0);
  const operations = sum((time) => time.operations);
  const [{ bytes, percentiles }] = times as [Finished];
  return {
    peer: each.peer,
    version: each.version,
    language: 'JavaScript',
    results: [
      {
        name: each.group,
        threads,
        nsPerOperation: sum((time) => time.median) / threads,
        leastNsPerOperation: sum((time) => time.least) / threads,
        meanNsPerOperation: sum((time) => time.nanoseconds) / sum((time) => time.timed),
        operations,
        total: (await each.totalOf?.(operations)) ?? sum((time) => time.total ?? 0),
        collections: sum((time) => time.collections),
        heapBytes: sum((time) => time.heapBytes),
        ...(bytes === undefined ? {} : { bytesPerOperation: bytes / operations }),
        ...(percentiles === undefined ? {} : { percentiles }),
      },
    ],
  };
}

async function main([moduleUrl, which, ...numbers]: readonly string[]): Promise<void> {
  if (which !== 'all') {
    const [threads, seconds] = numbers.map(Number);
    console.log(JSON.stringify(await runCase(moduleUrl!, Number(which), threads!, seconds!)));
    return;
  }
  for (const [index, { threads = [1], unavailable }] of (await loadCases(moduleUrl!)).entries()) {
    if (unavailable !== undefined) continue;
    const output = await runCase(moduleUrl!, index, threads[0]!, Number(numbers[0]));
    console.log(JSON.stringify(output));
  }
}

if (!isMainThread) {
  await runWorker(workerData as WorkerTask);
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
  // Threads that a case keeps alive have nothing left to do.
  process.exit();
}
