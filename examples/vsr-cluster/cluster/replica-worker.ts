// A replica on a thread of its own: the protocol, with real time, real files and real metrics.

import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { attachRegistry, type SharedRegistry } from 'vsr-metrics';
import { kimberlite, vsr } from 'vsr-metrics/catalogues';
import { Instrumentation } from '../instrumentation/instrumentation.js';
import { ResourceMeter } from '../instrumentation/resources.js';
import { registryStopwatch } from '../instrumentation/stopwatch.js';
import { Codec } from '../messages/codec.js';
import { Endpoint } from '../messages/endpoint.js';
import { keyedSigner } from '../messages/signature.js';
import type { ReplicaOptions } from '../replica/host.js';
import { Replica } from '../replica/replica.js';
import { FileStorage } from './files.js';
import { kernelThread, processorMs } from './kernel-thread.js';
import { type LinkFaults, Transport } from './transport.js';

/** What the thread is started with. */
export interface ReplicaWorkerData {
  readonly options: ReplicaOptions;
  readonly slots: number;
  readonly directory: string;
  readonly key: string;
  readonly metrics: SharedRegistry;
  /** An Int32 for each replica, looked at before every batch; 0: nothing of it is recorded. */
  readonly recording: SharedArrayBuffer;
  /** An Int32 for each replica, in which it says what the kernel calls its thread. */
  readonly threads: SharedArrayBuffer;
}

/** What the thread is told. */
export type ReplicaCommand =
  | { readonly type: 'connect'; readonly address: number; readonly port: MessagePort }
  | { readonly type: 'start' }
  | { readonly type: 'link'; readonly faults: LinkFaults }
  | { readonly type: 'frame'; readonly frame: string }
  | { readonly type: 'damageLog' }
  | { readonly type: 'damageSuperblock' }
  | { readonly type: 'skew'; readonly ms: number }
  | { readonly type: 'slowDisk'; readonly ms: number }
  | { readonly type: 'stop' };

const tickMs = 10;
const data = workerData as ReplicaWorkerData;
const { id } = data.options;
const registry = attachRegistry(data.metrics, {
  catalogue: [vsr, kimberlite],
  fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
  resourcesEveryMs: false,
  // Between two batches a replica does so much that no cell is in a cache any more.
  recording: 'journal',
});
const recording = new Int32Array(data.recording);
const thread = kernelThread();
new Int32Array(data.threads)[id] = thread;
const instrumentation = new Instrumentation(registry.metrics, registryStopwatch(registry));
const endpoint = new Endpoint(new Codec(keyedSigner(data.key)), instrumentation);
const storage = new FileStorage(data.directory, data.slots, flushSoon);
let skewMs = 0;

const transport = new Transport(({ sentAt, frames }) => {
  recordOrNot();
  const arrivedAt = instrumentation.now();
  replica.receive(
    frames.flatMap((frame, index) => endpoint.decode(frame, sentAt[index]!, arrivedAt) ?? []),
    arrivedAt,
  );
  flushSoon();
});
const replica: Replica = new Replica(
  data.options,
  {
    storage,
    now: () => performance.now(),
    wallClock: () => Date.now() + skewMs,
    random: () => Math.random(),
    send: (messages) => {
      const { frames, readyAt } = endpoint.encode(messages);
      for (const [index, frame] of frames.entries()) {
        transport.send(messages[index]!.to, frame, readyAt[index]!);
      }
      return readyAt.at(-1)!;
    },
  },
  instrumentation,
);

function recordOrNot(): void {
  instrumentation.isOn = recording[id] !== 0;
}

const resources = new ResourceMeter(registry.metrics, performance.now(), () => {
  // All that the isolate of this thread has taken, garbage too, and what it holds outside.
  const { total_physical_size, external_memory, malloced_memory } = getHeapStatistics();
  return {
    memoryBytes: total_physical_size + external_memory + malloced_memory,
    processorMs: processorMs(thread),
    received: transport.counts.received,
    sent: transport.counts.sent,
    diskOperations: storage.counts.operations,
    diskReadBytes: storage.counts.bytesRead,
    diskWrittenBytes: storage.counts.bytesWritten,
  };
});

let isFlushPlanned = false;

/** Once everything is in that has come meanwhile: that is what makes batches. */
function flushSoon(): void {
  if (isFlushPlanned) return;
  isFlushPlanned = true;
  setImmediate(() => {
    isFlushPlanned = false;
    replica.flush();
    transport.flush();
  });
}

let ticking: NodeJS.Timeout | undefined;

function start(): void {
  replica.start();
  ticking = setInterval(() => {
    recordOrNot();
    replica.tick();
    if (instrumentation.isOn) resources.tick(performance.now());
    flushSoon();
  }, tickMs);
  flushSoon();
}

async function stop(): Promise<void> {
  clearInterval(ticking);
  instrumentation.timeIs(performance.now());
  transport.close();
  await storage.close();
  parentPort!.close();
}

parentPort!.on('message', (command: ReplicaCommand) => {
  switch (command.type) {
    case 'connect':
      transport.connect(command.address, command.port);
      return;
    case 'start':
      start();
      return;
    case 'link':
      transport.faults = command.faults;
      return;
    case 'frame': {
      const now = instrumentation.now();
      const message = endpoint.decode(command.frame, now, now);
      if (message !== undefined) replica.receive([message], now);
      flushSoon();
      return;
    }
    case 'damageLog':
      void storage.damageSlot(replica.commit);
      return;
    case 'damageSuperblock':
      void storage.damageSuperblock(0);
      return;
    case 'skew':
      skewMs = command.ms;
      return;
    case 'slowDisk':
      storage.slowness = command.ms;
      return;
    case 'stop':
      void stop();
      return;
  }
});
