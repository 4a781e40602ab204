// The thread of a server. It reads the region from outside, as another process would: it has no lane,
// and nothing that the program does, or fails to do, holds up its answers.

import { parentPort, workerData } from 'node:worker_threads';
import { ServerError } from '../core/errors.js';
import { type RegistryReader, readRegistry } from '../core/reading/reader.js';
import type { HealthResult } from '../health/report.js';
import { Endpoints } from './endpoints.js';
import type { Condition } from './health-documents.js';
import { Listener } from './listener.js';
import type { Refusal } from './meter.js';
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.js';

const settings = workerData as ThreadSettings;
const port = parentPort!;

function tell(message: FromThread): void {
  port.postMessage(message);
}

const refused = new Map<Refusal, number>();
let isTelling = false;

/** Told to the thread that has a lane: ten times a second, however many there are. */
function countRefused(reason: Refusal): void {
  refused.set(reason, (refused.get(reason) ?? 0) + 1);
  if (isTelling) return;
  isTelling = true;
  setTimeout(() => {
    isTelling = false;
    for (const [reason, count] of refused) tell({ kind: 'unauthorized', reason, count });
    refused.clear();
  }, 100).unref();
}

function conditionOf(reader: RegistryReader): Omit<Condition, 'isStopping'> {
  const { stuckAfterMs } = settings.handler;
  if (!settings.isOwn) {
    return { loopAgeMs: undefined, stuckAfterMs, writerState: reader.writer.state };
  }
  const own = reader.processes().find(({ pid, state }) => pid === process.pid && state !== 'dead');
  const loopAgeMs = own?.loopAgeMs;
  // A registry that was closed shows no signs of life any more, however well its program does.
  const isTold = loopAgeMs === undefined || loopAgeMs <= stuckAfterMs || !reader.writer.closed;
  return { loopAgeMs: isTold ? loopAgeMs : undefined, stuckAfterMs, writerState: undefined };
}

async function run(): Promise<void> {
  let results: readonly HealthResult[] = settings.results ?? [];
  const reader = readRegistry(settings.file, { hungAfterMs: settings.handler.stuckAfterMs });
  const endpoints = new Endpoints({
    ...settings.handler,
    source: reader,
    health: { results: () => results },
    condition: () => conditionOf(reader),
    onError: (error) =>
      tell({ kind: 'problem', message: error instanceof Error ? error.stack! : String(error) }),
    onRefused: countRefused,
  });
  const listener = new Listener(endpoints, settings.listen);
  const { address, port: listeningPort } = await listener.listen();
  port.on('message', (message: ToThread) => {
    if (message.kind === 'results') results = message.results;
    // With the port goes the last thing that holds this thread.
    else void listener.close(message.options).then(() => port.close());
  });
  tell({ kind: 'listening', address, port: listeningPort });
}

run().catch((error: unknown) => {
  if (!(error instanceof ServerError)) throw error;
  tell({ kind: 'refused', message: error.message, code: error.code });
});
