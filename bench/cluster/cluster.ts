// Three replicas of the VSR example in one thread, real messages and all, without a network or disks
// to wait for: the hot path of consensus, and nothing that hides what instrumentation costs.
//
//   const cluster = createLoopCluster();
//   cluster.run(true);    // every client makes a request and is answered; that is recorded
//   cluster.run(false);   // the same replicas make the same calls, and nothing is recorded

import { Instrumentation } from '../../examples/vsr-cluster/instrumentation/instrumentation.js';
import {
  registryStopwatch,
  stoppedStopwatch,
} from '../../examples/vsr-cluster/instrumentation/stopwatch.js';
import { withoutMetrics } from '../../examples/vsr-cluster/instrumentation/without-metrics.js';
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

const members = [0, 1, 2];
/** Requests that are under way at once. */
export const clients = 8;
const catalogue = [vsr, kimberlite] as const;

export interface LoopCluster {
  /** Has every client make a request, and all of them answered. */
  run(records: boolean): void;
  /** @throws Error when something was not recorded that should have been, or the other way round */
  finish(): void;
}

/** What a replica calls; one of each records, the other does not. */
interface Recording {
  readonly instrumentation: Instrumentation;
  readonly endpoint: Endpoint;
}

export function createLoopCluster(): LoopCluster {
  const registry = createRegistry({ catalogue });
  const events = new EventQueue();
  const random = new Random(1);
  const codec = new Codec(keyedSigner('a key for benchmarks'));
  const wire: { readonly to: number; readonly frame: string; readonly sentAt: number }[] = [];
  let answered = 0;
  const sessions = new Map<number, number>();
  const silent = recordingOf(new Instrumentation(withoutMetrics(), stoppedStopwatch));
  const current = members.map(() => silent);

  function recordingOf(instrumentation: Instrumentation): Recording {
    return { instrumentation, endpoint: new Endpoint(codec, instrumentation) };
  }

  const recordings = members.map((id) => {
    const { metrics } = attachRegistry(registry.share(), {
      catalogue,
      fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
      resourcesEveryMs: false,
    });
    return recordingOf(new Instrumentation(metrics, registryStopwatch(registry)));
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
      send: (to, message) => {
        const { endpoint, instrumentation } = current[id]!;
        const frame = endpoint.encode(to, message);
        wire.push({ to, frame, sentAt: instrumentation.stopwatch.now() });
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
    return new Replica(options, host, silent.instrumentation);
  });

  /** Everything that is on its way arrives, until nothing is. */
  const settle = (): void => {
    do {
      events.run(events.now + 0.01);
      for (const { to, frame, sentAt } of wire.splice(0)) {
        if (to < members.length) {
          const message = current[to]!.endpoint.decode(frame, sentAt);
          if (message !== undefined) replicas[to]!.receive(message);
        } else {
          receive(to, JSON.parse(frame.slice(frame.indexOf(' ') + 1)) as Message);
        }
      }
      for (const replica of replicas) replica.flush();
    } while (wire.length > 0);
  };
  const receive = (client: number, message: Message): void => {
    if (message.type !== 'Reply') return;
    sessions.set(client, message.session);
    answered++;
  };

  /** Once something was answered: from then on, or no more. */
  const setRecording = (records: boolean): void => {
    for (const [id, replica] of replicas.entries()) {
      current[id] = records ? recordings[id]! : silent;
      replica.instrumentation = current[id]!.instrumentation;
    }
  };

  let round = 0;
  let recorded = 0;
  const run = (records: boolean): void => {
    setRecording(records);
    const wanted = answered + clients;
    round++;
    const { stopwatch } = current[0]!.instrumentation;
    for (let client = firstClient; client < firstClient + clients; client++) {
      const session = sessions.get(client) ?? 0;
      const body = session === 0 ? '' : `deposit ${client} 1`;
      const request = { type: 'Request', from: client, session, request: round, body } as const;
      wire.push({ to: 0, frame: codec.encode(request, 0), sentAt: stopwatch.now() });
    }
    while (answered < wanted) settle();
    if (records) recorded += clients;
  };
  for (const replica of replicas) replica.start();
  settle();
  // The first round opens the sessions.
  run(false);
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
