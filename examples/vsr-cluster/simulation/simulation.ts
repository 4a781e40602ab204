// A whole cluster in one thread, in simulated time: nodes, network, clients, and a checker that
// watches them. The same options and seed give the same run, event by event.
//
//   const simulation = new Simulation({ seed: 7, rosterSize: 4, members: [0, 1, 2] });
//   simulation.start();
//   simulation.run(5000);               // five seconds
//   simulation.nodes[1]!.crash({ mayDamage: false });
//   simulation.settle();                // no more faults: everybody has to agree in the end

import type { ReplicaMetrics } from '../instrumentation/replica-metrics.js';
import { withoutMetrics } from '../instrumentation/without-metrics.js';
import type { Codec } from '../messages/codec.js';
import { firstClient } from '../messages/messages.js';
import { defaultTiming, type ReplicaOptions } from '../replica/host.js';
import { Checker, check } from './checker.js';
import { SimulatedClient } from './client.js';
import { SimulatedDisk } from './disk.js';
import { EventQueue } from './event-queue.js';
import { SimulatedNetwork } from './network.js';
import { type Observer, type Packet, SimulatedNode, type World } from './node.js';
import { Random } from './random.js';

export interface SimulationOptions {
  readonly seed: number;
  readonly rosterSize: number;
  readonly members: readonly number[];
  readonly clients?: number;
  readonly think?: number;
  readonly slots?: number;
  readonly replica?: Partial<ReplicaOptions>;
  readonly observer?: Observer;
  readonly metricsOf?: (replica: number) => ReplicaMetrics;
  /** Takes every message to pieces and puts it together again, as a real network does. */
  readonly codec?: Codec;
}

const silentMetrics = withoutMetrics();
/** How long a healthy cluster may take until everything is as it should be. */
const settlingMs = 30_000;

export class Simulation {
  readonly events = new EventQueue();
  readonly random: Random;
  readonly checker = new Checker();
  readonly network: SimulatedNetwork<Packet>;
  readonly #codec: Codec | undefined;
  readonly nodes: readonly SimulatedNode[];
  readonly clients: readonly SimulatedClient[];
  readonly #rosterSize: number;

  constructor(options: SimulationOptions) {
    const { seed, rosterSize, members, observer = {}, codec } = options;
    this.#codec = codec;
    this.random = new Random(seed);
    this.#rosterSize = rosterSize;
    const { events, random, checker } = this;
    this.network = new SimulatedNetwork(events, random, (to, packet, sentAt) =>
      this.#deliver(to, packet, sentAt),
    );
    const world: World = {
      events,
      random,
      checker,
      observer,
      metricsOf: options.metricsOf ?? (() => silentMetrics),
      codec,
      send: (from, to, packet) => this.network.send(from, to, packet),
    };
    this.nodes = Array.from({ length: rosterSize }, (_, id) => {
      const disk = new SimulatedDisk(events, random, options.slots ?? 96);
      disk.format(id, rosterSize, members);
      return new SimulatedNode(world, disk, {
        id,
        rosterSize,
        members,
        checkpointEvery: 24,
        mostSessions: 16,
        pipeline: 24,
        batch: 8,
        timing: defaultTiming,
        ...options.replica,
      });
    });
    this.clients = Array.from({ length: options.clients ?? 3 }, (_, index) => {
      const id = firstClient + index;
      const { think = 30 } = options;
      return new SimulatedClient(
        { id, rosterSize, accounts: 16, think, retry: 150 },
        { events, random, checker },
        (to, message) => this.network.send(id, to, codec?.encode(message, to) ?? message),
      );
    });
  }

  start(): void {
    for (const node of this.nodes) node.start();
    for (const client of this.clients) client.start();
  }

  run(ms: number, isDone?: () => boolean): void {
    this.events.run(this.events.now + ms, isDone);
  }

  /** What an operator or a fault sends. */
  tell(to: number, packet: Packet): void {
    this.#deliver(to, packet, this.events.now);
  }

  /** The replica that leads the latest view. */
  get primary(): SimulatedNode | undefined {
    return this.nodes
      .filter(({ replica }) => replica?.isNormal && replica.isPrimary)
      .sort((a, b) => b.replica!.view - a.replica!.view)[0];
  }

  /** Ends all faults. */
  heal(): void {
    this.network.heal();
    for (const node of this.nodes) {
      node.clockSkew = 0;
      node.disk.latency = { least: 0.2, jitter: 0.4 };
      if (node.replica === undefined) node.start();
    }
  }

  /**
   * Without faults every client gets an answer again, and all replicas come to agree.
   *
   * @throws Violation when they do not
   */
  settle(): void {
    this.heal();
    const before = this.clients.map(({ answered }) => answered);
    const isAnswered = () =>
      this.clients.every(({ answered }, index) => answered >= before[index]! + 3);
    this.run(settlingMs, isAnswered);
    check(isAnswered(), `no progress without faults: ${this.describe()}`);
    for (const client of this.clients) client.stop();
    this.run(settlingMs, () => this.#agree());
    check(this.#agree(), `no agreement without faults: ${this.describe()}`);
    for (const { id, replica } of this.nodes) {
      this.checker.checkEnd(id, replica!.commit, replica!.ledger.hash);
    }
  }

  /** How every replica is, in a line. */
  describe(): string {
    const states = this.nodes.map(({ id, replica }) => {
      if (replica === undefined) return `${id} down`;
      const { status, view, logView, log, commit, configuration } = replica;
      const members = `${configuration.members}${configuration.next ? `+${configuration.next}` : ''}`;
      return `${id} status ${status} view ${view} (${logView}) op ${log.op} commit ${commit} {${members}}`;
    });
    return `${Math.round(this.events.now)} ms, ${this.checker.history.length} committed; ${states.join('; ')}`;
  }

  #agree(): boolean {
    const committed = this.checker.history.length;
    const view = this.nodes[0]!.replica?.view;
    return this.nodes.every(
      ({ replica }) =>
        replica?.isNormal === true &&
        replica.view === view &&
        replica.commit === committed &&
        replica.log.op === committed,
    );
  }

  #deliver(to: number, packet: Packet, sentAt: number): void {
    if (to < this.#rosterSize) {
      this.nodes[to]!.receive(packet, sentAt);
      return;
    }
    const decoded = typeof packet === 'string' ? this.#codec!.decode(packet) : { message: packet };
    if ('message' in decoded) this.clients[to - firstClient]?.receive(decoded.message);
  }
}
