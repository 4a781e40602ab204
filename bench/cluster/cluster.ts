// Three replicas of the VSR example in one thread, real messages and all, without a network or disks
// to wait for: the hot path of consensus, and nothing that hides what instrumentation costs.

import { Instrumentation } from '../../examples/vsr-cluster/instrumentation/instrumentation.js';
import { registryStopwatch } from '../../examples/vsr-cluster/instrumentation/stopwatch.js';
import { withoutMetrics } from '../../examples/vsr-cluster/instrumentation/without-metrics.js';
import { Codec } from '../../examples/vsr-cluster/messages/codec.js';
import { Endpoint } from '../../examples/vsr-cluster/messages/endpoint.js';
import type { Message } from '../../examples/vsr-cluster/messages/messages.js';
import { keyedSigner } from '../../examples/vsr-cluster/messages/signature.js';
import { defaultTiming, type Host } from '../../examples/vsr-cluster/replica/host.js';
import { Replica } from '../../examples/vsr-cluster/replica/replica.js';
import { SimulatedDisk } from '../../examples/vsr-cluster/simulation/disk.js';
import { EventQueue } from '../../examples/vsr-cluster/simulation/event-queue.js';
import { Random } from '../../examples/vsr-cluster/simulation/random.js';
import { kimberlite, vsr } from '../../lib/catalogues/index.js';
import { attachRegistry, createRegistry } from '../../lib/index.js';

const members = [0, 1, 2];
const clients = 32;
const catalogue = [vsr, kimberlite] as const;

export interface LoopCluster {
  /** Has every client make a request, and all of them answered. */
  run(): void;
  readonly answered: number;
  /** What the metrics say was committed at the primary. */
  counted(): number;
}

/** With `records` false the replicas make the same calls, and nothing is recorded. */
export function createLoopCluster(records: boolean): LoopCluster {
  const registry = createRegistry({ catalogue });
  const events = new EventQueue();
  const random = new Random(1);
  const codec = new Codec(keyedSigner('a key for benchmarks'));
  const wire: { readonly to: number; readonly frame: string; readonly sentAt: number }[] = [];
  let answered = 0;
  const sessions = new Map<number, number>();

  const endpoints: Endpoint[] = [];
  const replicas = members.map((id) => {
    const own = attachRegistry(registry.share(), {
      catalogue,
      fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
      resourcesEveryMs: false,
    });
    const metrics = records ? own.metrics : withoutMetrics();
    const instrumentation = new Instrumentation(metrics, registryStopwatch(registry));
    const disk = new SimulatedDisk(events, random, 4096);
    disk.format(id, members.length, members);
    disk.latency = { least: 0.001, jitter: 0 };
    const endpoint = new Endpoint(codec, instrumentation);
    endpoints.push(endpoint);
    const host: Host = {
      storage: disk,
      now: () => events.now,
      wallClock: () => events.now,
      random: () => random.next(),
      send: (to, message) => {
        wire.push({ to, frame: endpoint.encode(to, message), sentAt: registry.now() });
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
    return new Replica(options, host, instrumentation);
  });

  /** Everything that is on its way arrives, until nothing is. */
  const settle = (): void => {
    do {
      events.run(events.now + 0.01);
      for (const { to, frame, sentAt } of wire.splice(0)) {
        if (to < members.length) {
          const message = endpoints[to]!.decode(frame, sentAt);
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

  let round = 0;
  const run = (): void => {
    const wanted = answered + clients;
    round++;
    for (let client = 1000; client < 1000 + clients; client++) {
      const session = sessions.get(client) ?? 0;
      const body = session === 0 ? '' : `deposit ${client} 1`;
      const request = { type: 'Request', from: client, session, request: round, body } as const;
      wire.push({ to: 0, frame: codec.encode(request, 0), sentAt: registry.now() });
    }
    while (answered < wanted) settle();
  };
  for (const replica of replicas) replica.start();
  settle();
  // The first round opens the sessions.
  run();
  return {
    run,
    get answered() {
      return answered - clients;
    },
    counted: () =>
      registry.snapshot().value('vsr_operations_total', { replica_id: '0', status: 'success' }) ??
      0,
  };
}
