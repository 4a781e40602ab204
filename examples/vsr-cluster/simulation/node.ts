// One machine of the simulation: a disk and clocks that stay, and a replica that comes and goes.

import { Instrumentation, type ReplicaMetrics } from '../instrumentation/instrumentation.js';
import { steppedStopwatch } from '../instrumentation/stopwatch.js';
import type { Message } from '../messages/messages.js';
import type { Host, ReplicaOptions } from '../replica/host.js';
import { Replica } from '../replica/replica.js';
import type { Version } from '../replica/version.js';
import type { Checker } from './checker.js';
import type { SimulatedDisk } from './disk.js';
import type { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

const tickMs = 10;
/** Messages that come in within this are answered together. */
const flushMs = 0.05;

/** Where the simulation can be watched from outside. */
export interface Observer {
  onSend?(from: number, to: number, message: Message): void;
  onReceive?(to: number, message: Message, sentAt: number): void;
  onStart?(node: SimulatedNode): void;
  onCrash?(node: SimulatedNode): void;
  /** After everything that a replica did: its fields are what they are now. */
  onStep?(node: SimulatedNode): void;
}

export interface World {
  readonly events: EventQueue;
  readonly random: Random;
  readonly checker: Checker;
  readonly observer: Observer;
  readonly metricsOf: (replica: number) => ReplicaMetrics;
  readonly send: (from: number, to: number, message: Message) => void;
}

export class SimulatedNode {
  readonly id: number;
  readonly disk: SimulatedDisk;
  /** Milliseconds that the clock on the wall is ahead. */
  clockSkew = 0;
  version: Version = { major: 1, minor: 0 };
  replica: Replica | undefined;
  /** Virtual milliseconds of work, for the processor's gauge. */
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
    const { events, checker, observer, metricsOf, random } = this.#world;
    const instrumentation = new Instrumentation(
      metricsOf(this.id),
      steppedStopwatch(() => events.now),
    );
    // A closure of this life: what a former one still had planned finds its replica gone.
    const isCurrent = () => this.replica === replica;
    const storage = guarded(this.disk, isCurrent, () => this.#stepped());
    const host: Host = {
      storage,
      now: () => events.now,
      wallClock: () => events.now + this.clockSkew,
      random: () => random.next(),
      send: (to, message) => {
        observer.onSend?.(this.id, to, message);
        this.#world.send(this.id, to, message);
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
    const tick = (): void => {
      if (!isCurrent()) return;
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

  receive(message: Message, sentAt: number): void {
    if (this.replica === undefined) return;
    this.#world.observer.onReceive?.(this.id, message, sentAt);
    this.replica.receive(message);
    this.#stepped();
  }

  /** The replica did something: what collected is sent soon. */
  #stepped(): void {
    this.#world.observer.onStep?.(this);
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.#world.events.after(flushMs, () => {
      this.#isFlushPlanned = false;
      this.replica?.flush();
      this.#world.observer.onStep?.(this);
    });
  }
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
