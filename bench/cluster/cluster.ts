// Three replicas of the VSR example in one thread, real messages and all, without a network or disks
// to wait for: the hot path of consensus, and nothing that hides what instrumentation costs.
//
//   const cluster = createLoopCluster();
//   cluster.run(true);    // every client is answered some requests; that is recorded
//   cluster.run(false);   // the same replicas make the same calls, and nothing is recorded

import { Instrumentation } from '../../examples/vsr-cluster/instrumentation/instrumentation.js';
import { registryStopwatch } from '../../examples/vsr-cluster/instrumentation/stopwatch.js';
import { Codec } from '../../examples/vsr-cluster/messages/codec.js';
import { Endpoint } from '../../examples/vsr-cluster/messages/endpoint.js';
import { firstClient, type Message } from '../../examples/vsr-cluster/messages/messages.js';
import { keyedSigner } from '../../examples/vsr-cluster/messages/signature.js';
import { defaultTiming, type Host } from '../../examples/vsr-cluster/replica/host.js';
import { Replica } from '../../examples/vsr-cluster/replica/replica.js';
import { SimulatedDisk } from '../../examples/vsr-cluster/simulation/disk.js';
import { EventQueue } from '../../examples/vsr-cluster/simulation/event-queue.js';
import { Random } from '../../examples/vsr-cluster/simulation/random.js';
import { kimberlite, vsr } from '../../lib/catalogues/index.js';
import { attachRegistry, createRegistry } from '../../lib/index.js';

/** What is sent to one address at one moment, as between threads. */
interface Batch {
  readonly to: number;
  readonly frames: readonly string[];
  readonly sentAt: readonly number[];
}

const members = [0, 1, 2];
/** Requests that are under way at once. */
export const clients = 8;
/** Of a run: so many requests of every client, one after the other. */
const rounds = 8;
export const operationsOfRun = clients * rounds;
const catalogue = [vsr, kimberlite] as const;

export interface LoopCluster {
  /** Has every client make its requests, and all of them answered. */
  run(records: boolean): void;
  /** @throws Error when something was not recorded that should have been, or the other way round */
  finish(): void;
}

export function createLoopCluster(): LoopCluster {
  const registry = createRegistry({ catalogue });
  const events = new EventQueue();
  const random = new Random(1);
  const codec = new Codec(keyedSigner('a key for benchmarks'));
  const wire: Batch[] = [];
  // By sender, then by address.
  const outgoing = members.map(() => new Map<number, { sentAt: number[]; frames: string[] }>());
  let answered = 0;
  const sessions = new Map<number, number>();
  const endpoints = members.map((id) => {
    const { metrics } = attachRegistry(registry.share(), {
      catalogue,
      fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
      resourcesEveryMs: false,
      recording: 'journal',
    });
    return new Endpoint(codec, new Instrumentation(metrics, registryStopwatch(registry)));
  });
  const replicas = members.map((id) => {
    const disk = new SimulatedDisk(events, random, 4096);
    disk.format(id, members.length, members);
    disk.latency = { least: 0.001, jitter: 0 };
    const host: Host = {
      storage: disk,
      now: () => events.now,
      wallClock: () => events.now,
      random: () => random.next(),
      send: (messages) => {
        const { frames, readyAt } = endpoints[id]!.encode(messages);
        for (const [index, frame] of frames.entries()) {
          const { to } = messages[index]!;
          const batch = outgoing[id]!.get(to) ?? { sentAt: [], frames: [] };
          outgoing[id]!.set(to, batch);
          batch.sentAt.push(readyAt[index]!);
          batch.frames.push(frame);
        }
        return readyAt.at(-1)!;
      },
    };
    const options = {
      id,
      rosterSize: members.length,
      members,
      version: { major: 1, minor: 0 },
      checkpointEvery: 1024,
      mostSessions: 2 * clients,
      pipeline: 256,
      batch: 16,
      timing: defaultTiming,
    };
    return new Replica(options, host, endpoints[id]!.instrumentation);
  });

  /** Everything that is on its way arrives, until nothing is. */
  const settle = (): void => {
    do {
      events.run(events.now + 0.01);
      for (const batch of wire.splice(0)) {
        if (batch.to < members.length) deliver(batch);
        else for (const frame of batch.frames) answer(batch.to, frame);
      }
      for (const replica of replicas) flush(replica);
    } while (wire.length > 0);
  };
  const deliver = ({ to, frames, sentAt }: Batch): void => {
    const endpoint = endpoints[to]!;
    const arrivedAt = endpoint.instrumentation.now();
    const messages = frames.flatMap(
      (frame, index) => endpoint.decode(frame, sentAt[index] ?? 0, arrivedAt) ?? [],
    );
    replicas[to]!.receive(messages, arrivedAt);
  };
  const flush = (replica: Replica): void => {
    replica.flush();
    const batches = outgoing[replica.id]!;
    for (const [to, batch] of batches) wire.push({ to, ...batch });
    batches.clear();
  };
  const answer = (client: number, frame: string): void => {
    const message = JSON.parse(frame.slice(frame.indexOf(' ') + 1)) as Message;
    if (message.type !== 'Reply') return;
    sessions.set(client, message.session);
    answered++;
  };

  /** Once something was answered: from then on, or no more. */
  const setRecording = (records: boolean): void => {
    for (const { instrumentation } of replicas) instrumentation.isOn = records;
  };

  let round = 0;
  let recorded = 0;
  const runRound = (): void => {
    const wanted = answered + clients;
    round++;
    const frames: string[] = [];
    for (let client = firstClient; client < firstClient + clients; client++) {
      const session = sessions.get(client) ?? 0;
      const body = session === 0 ? '' : `deposit ${client} 1`;
      const request = { type: 'Request', from: client, session, request: round, body } as const;
      frames.push(codec.encode(request, 0));
    }
    // Replicas do not measure how long a client's frames take.
    wire.push({ to: 0, frames, sentAt: [] });
    while (answered < wanted) settle();
  };
  const run = (records: boolean): void => {
    setRecording(records);
    for (let done = 0; done < rounds; done++) runRound();
    for (const { instrumentation } of replicas) instrumentation.timeIs(events.now);
    if (records) recorded += operationsOfRun;
  };
  setRecording(false);
  for (const replica of replicas) replica.start();
  settle();
  // The first round opens the sessions.
  runRound();
  return {
    run,
    finish: () => {
      const snapshot = registry.snapshot();
      for (const id of members) {
        const labels = { replica_id: String(id), status: 'success' };
        const counted = snapshot.value('vsr_operations_total', labels) ?? 0;
        // Backups apply what is committed with the next message.
        if (id === 0 ? counted === recorded : Math.abs(counted - recorded) <= recorded / 2)
          continue;
        throw new Error(`replica ${id} recorded ${counted} of ${recorded} operations`);
      }
      registry.close();
    },
  };
}
