// One machine of the simulation: a disk and clocks that stay, and a replica that comes and goes.

import { Instrumentation } from '../instrumentation/instrumentation.js';
import type { ReplicaMetrics } from '../instrumentation/replica-metrics.js';
import { ResourceMeter, type ResourceReading } from '../instrumentation/resources.js';
import { steppedStopwatch } from '../instrumentation/stopwatch.js';
import type { Codec } from '../messages/codec.js';
import { Endpoint } from '../messages/endpoint.js';
import { firstClient, isReplica, type Message } from '../messages/messages.js';
import type { Host, ReplicaOptions } from '../replica/host.js';
import { Replica } from '../replica/replica.js';
import type { Version } from '../replica/version.js';
import type { Checker } from './checker.js';
import type { SimulatedDisk } from './disk.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

const tickMs = 10;
/** What a simulated processor takes for everything that a replica does. */
const msPerStep = 0.01;
const noUsage = () => ({
  sent: new Map<number, number>(),
  received: new Map<number, number>(),
  steps: 0,
});
/** All clients count as one. */
const peerOf = (address: number) => (isReplica(address) ? address : firstClient);
/** Messages that come in within this are answered together. */
const flushMs = 0.05;

/** Where the simulation can be watched from outside. */
export interface Observer {
  /** `bytes` is 0 where messages travel as they are. */
  onSend?(from: number, to: number, message: Message, bytes: number): void;
  onReceive?(to: number, message: Message, bytes: number, sentAt: number): void;
  onStart?(node: SimulatedNode): void;
  onCrash?(node: SimulatedNode): void;
  /** Every few milliseconds, before the replica is told. */
  onTick?(node: SimulatedNode): void;
  /** After everything that a replica did: its fields are what they are now. */
  onStep?(node: SimulatedNode): void;
}

export interface World {
  readonly events: EventQueue;
  readonly random: Random;
  readonly checker: Checker;
  readonly observer: Observer;
  readonly metricsOf: (replica: number) => ReplicaMetrics;
  readonly send: (from: number, to: number, packet: Packet) => void;
  /** Takes messages to pieces, as on a real network; without one they travel as they are. */
  readonly codec: Codec | undefined;
}

/** What travels: a message, or the frame that a codec made of it. */
export type Packet = Message | string;

export class SimulatedNode {
  readonly id: number;
  readonly disk: SimulatedDisk;
  /** Milliseconds that the clock on the wall is ahead. */
  clockSkew = 0;
  version: Version = { major: 1, minor: 0 };
  replica: Replica | undefined;
  /** What it did since it was started, for the gauges of resources. */
  usage = noUsage();
  #endpoint: Endpoint | undefined;
  readonly #world: World;
  readonly #options: Omit<ReplicaOptions, 'version'>;
  #isFlushPlanned = false;

  constructor(world: World, disk: SimulatedDisk, options: Omit<ReplicaOptions, 'version'>) {
    this.#world = world;
    this.#options = options;
    this.disk = disk;
    this.id = options.id;
  }

  start(): void {
    const { events, checker, observer, metricsOf, random, codec } = this.#world;
    const metrics = metricsOf(this.id);
    const instrumentation = new Instrumentation(
      metrics,
      steppedStopwatch(() => events.now),
    );
    this.usage = noUsage();
    this.#endpoint = codec && new Endpoint(codec, instrumentation);
    // A closure of this life: what a former one still had planned finds its replica gone.
    const isCurrent = () => this.replica === replica;
    const storage = guarded(this.disk, isCurrent, () => this.#stepped());
    const host: Host = {
      storage,
      now: () => events.now,
      wallClock: () => events.now + this.clockSkew,
      random: () => random.next(),
      send: (messages) => {
        const frames = this.#endpoint?.encode(messages).frames;
        for (const [index, { to, message }] of messages.entries()) {
          const packet = frames?.[index] ?? message;
          const bytes = typeof packet === 'string' ? packet.length : 0;
          count(this.usage.sent, to, bytes);
          observer.onSend?.(this.id, to, message, bytes);
          this.#world.send(this.id, to, packet);
        }
        return events.now;
      },
    };
    const options = { ...this.#options, version: this.version };
    const replica: Replica = new Replica(options, host, instrumentation);
    replica.application.onApplied = (entry, outcome) =>
      checker.onApplied(this.id, entry, outcome, replica.ledger.hash);
    replica.application.onRestored = (snapshot) => checker.onRestored(this.id, snapshot);
    this.replica = replica;
    observer.onStart?.(this);
    replica.start();
    this.#stepped();
    const resources = new ResourceMeter(metrics, events.now, () => this.#readUsage());
    const tick = (): void => {
      if (!isCurrent()) return;
      observer.onTick?.(this);
      resources.tick(events.now);
      replica.tick();
      this.#stepped();
      events.after(tickMs, tick);
    };
    events.after(tickMs * random.next(), tick);
  }

  crash(fate: { readonly mayDamage: boolean }): void {
    this.replica = undefined;
    this.disk.crash(fate);
    this.#world.observer.onCrash?.(this);
  }

  receive(packet: Packet, sentAt: number): void {
    if (this.replica === undefined) return;
    const bytes = typeof packet === 'string' ? packet.length : 0;
    const { now } = this.#world.events;
    const message =
      typeof packet === 'string' ? this.#endpoint!.decode(packet, sentAt, now) : packet;
    if (message === undefined) return;
    count(this.usage.received, message.from, bytes);
    this.#world.observer.onReceive?.(this.id, message, bytes, sentAt);
    this.replica.receive([message]);
    this.#stepped();
  }

  /** Somebody does something to the replica that no message does. */
  operate(act: (replica: Replica) => void): void {
    if (this.replica === undefined) return;
    act(this.replica);
    this.#stepped();
  }

  /** Of a machine whose processor takes a hundredth of a millisecond for everything. */
  #readUsage(): ResourceReading {
    const { sent, received, steps } = this.usage;
    const { operations, bytesRead, bytesWritten } = this.disk.counts;
    return {
      memoryBytes: this.replica?.log.bytes ?? 0,
      processorMs: steps * msPerStep,
      sent,
      received,
      diskOperations: operations,
      diskReadBytes: bytesRead,
      diskWrittenBytes: bytesWritten,
    };
  }

  /** The replica did something: what collected is sent soon. */
  #stepped(): void {
    this.#count();
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.#world.events.after(flushMs, () => {
      this.#isFlushPlanned = false;
      this.replica?.flush();
      this.#count();
    });
  }

  #count(): void {
    this.usage.steps++;
    this.replica?.instrumentation.timeIs(this.#world.events.now);
    this.#world.observer.onStep?.(this);
  }
}

function count(bytes: Map<number, number>, address: number, more: number): void {
  const peer = peerOf(address);
  bytes.set(peer, (bytes.get(peer) ?? 0) + more);
}

/** The disk as one life of a replica sees it: `after` is called when it was told of something. */
function guarded(
  disk: SimulatedDisk,
  isCurrent: () => boolean,
  after: () => void,
): Host['storage'] {
  const told =
    <A extends unknown[]>(done: (...args: A) => void) =>
    (...args: A) => {
      if (!isCurrent()) return;
      done(...args);
      after();
    };
  return {
    slots: disk.slots,
    load: () => disk.load(),
    writeEntries: (entries, done) => disk.writeEntries(entries, told(done)),
    clearSlots: (first, last, done) => disk.clearSlots(first, last, told(done)),
    writeSuperblock: (block, done) => disk.writeSuperblock(block, told(done)),
    writeCheckpoint: (snapshot, done) => disk.writeCheckpoint(snapshot, told(done)),
    readSlot: (op, done) => disk.readSlot(op, told(done)),
    checkSuperblock: (done) => disk.checkSuperblock(told(done)),
  };
}
