// Repair of single entries: those a lost message left out, and those that rotted on the disk.
//
// Every request costs a credit of the repair budget until it is answered; a request that is never
// answered costs it until the budget is refilled, so that a replica in trouble does not load the
// others. Whom to ask is decided by how fast they answered before, as an exponentially weighted
// moving average.

import type { Span } from '../instrumentation/spans.js';
import { type Entry, entryBytes } from '../log/entry.js';
import type { MessageOf } from '../messages/messages.js';
import { isVoter } from './configuration.js';
import type { Whole } from './whole.js';

const mostCredits = 8;
const refillMs = 250;
/** How much of the average a new latency is. */
const weight = 0.2;
const mostAttempts = 6;

interface Wanted {
  readonly op: number;
  /** What it must be, where that is known: the entry is in memory and has rotted on the disk. */
  readonly checksum: number | undefined;
  readonly since: number;
  readonly span: Span;
  attempts: number;
  asked: { readonly peer: number; readonly nonce: number; readonly at: number } | undefined;
}

export class Repairs {
  readonly #replica: Whole;
  readonly #wanted = new Map<number, Wanted>();
  readonly #ewma: (number | undefined)[];
  #inFlight = 0;
  #credits = mostCredits;
  #refilledAt = 0;
  #lastNonce = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
    this.#ewma = Array.from({ length: replica.options.rosterSize }, () => undefined);
    this.#show();
  }

  /** Gets the entry of an operation from somebody; `checksum`: it rotted, and must be this one. */
  want(op: number, checksum?: number): void {
    if (this.#wanted.has(op)) return;
    const { stopwatch, spans } = this.#replica.instrumentation;
    const wanted: Wanted = {
      op,
      checksum,
      since: stopwatch.now(),
      span: spans.begin('kmb.repair'),
      attempts: 0,
      asked: undefined,
    };
    this.#wanted.set(op, wanted);
    this.#ask(wanted);
  }

  /** A new view: what was missing from the log of the old one is missed no more. */
  forget(): void {
    for (const wanted of this.#wanted.values()) {
      if (wanted.checksum === undefined) this.#drop(wanted);
    }
  }

  #ask(wanted: Wanted): void {
    if (this.#credits < 1) return;
    const replica = this.#replica;
    const peers = this.#peersByLatency();
    if (peers.length === 0) return;
    const peer = peers[wanted.attempts % peers.length]!;
    const nonce = ++this.#lastNonce;
    wanted.attempts++;
    wanted.asked = { peer, nonce, at: replica.host.now() };
    this.#credits--;
    this.#inFlight++;
    replica.send(peer, { type: 'RepairRequest', view: replica.view, op: wanted.op, nonce });
    this.#show();
  }

  #peersByLatency(): readonly number[] {
    const { configuration, id, options } = this.#replica;
    const latency = (peer: number) => this.#ewma[peer] ?? 0;
    return Array.from({ length: options.rosterSize }, (_, peer) => peer)
      .filter((peer) => peer !== id && isVoter(configuration, peer))
      .sort((a, b) => latency(a) - latency(b));
  }

  onRepairRequest({ from, op, nonce }: MessageOf<'RepairRequest'>): void {
    const replica = this.#replica;
    const { view, log, commit } = replica;
    const entry = replica.isNormal || op <= commit ? log.get(op) : undefined;
    if (entry === undefined) replica.send(from, { type: 'NackPrepare', view, nonce, op });
    else replica.send(from, { type: 'RepairResponse', view, nonce, entry });
  }

  onRepairResponse({ nonce, view, entry }: MessageOf<'RepairResponse'>): void {
    const replica = this.#replica;
    const wanted = this.#answered(entry.op, nonce);
    if (wanted === undefined) return;
    replica.instrumentation.repairBuffer.inc(entryBytes(entry));
    if (wanted.checksum !== undefined) {
      this.#rewrite(wanted, entry);
    } else if (view === replica.view && replica.isNormal) {
      this.#succeeded(wanted);
      replica.normal.backup.onRepaired(entry);
    } else {
      this.#ask(wanted);
    }
  }

  onNackPrepare({ nonce, op }: MessageOf<'NackPrepare'>): void {
    const wanted = this.#answered(op, nonce);
    if (wanted !== undefined) this.#tryAgain(wanted);
  }

  /** What the answer is for, if it is still waited for; the credit comes back. */
  #answered(op: number, nonce: number): Wanted | undefined {
    const wanted = this.#wanted.get(op);
    if (wanted?.asked?.nonce !== nonce) return undefined;
    const { peer, at } = wanted.asked;
    const latency = this.#replica.host.now() - at;
    const before = this.#ewma[peer];
    const average = before === undefined ? latency : before + weight * (latency - before);
    this.#ewma[peer] = average;
    this.#replica.instrumentation.repairEwma(peer).set(average);
    wanted.asked = undefined;
    this.#inFlight--;
    this.#credits = Math.min(mostCredits, this.#credits + 1);
    this.#show();
    return wanted;
  }

  /** The disk gets what a peer has, if it is what this replica knows it to be. */
  #rewrite(wanted: Wanted, entry: Entry): void {
    if (entry.checksum !== wanted.checksum) {
      this.#replica.reject('hash_chain');
      this.#tryAgain(wanted);
      return;
    }
    this.#replica.writeEntries([entry], () => undefined);
    this.#succeeded(wanted);
  }

  #succeeded(wanted: Wanted): void {
    const { metrics, stopwatch, repairs } = this.#replica.instrumentation;
    stopwatch.record(metrics.repairLatency, wanted.since);
    repairs.success.inc();
    this.#drop(wanted);
  }

  #tryAgain(wanted: Wanted): void {
    if (wanted.attempts < mostAttempts) {
      this.#ask(wanted);
      return;
    }
    const replica = this.#replica;
    replica.instrumentation.repairs.failure.inc();
    this.#drop(wanted);
    if (wanted.checksum === undefined) {
      replica.stateTransfer.follow(replica.view);
      return;
    }
    // Nobody has it any more. The copy in memory is what it was made from.
    const own = replica.log.get(wanted.op);
    if (own !== undefined) replica.writeEntries([own], () => undefined);
  }

  #drop(wanted: Wanted): void {
    if (wanted.asked !== undefined) this.#inFlight--;
    wanted.span.end();
    this.#wanted.delete(wanted.op);
    this.#show();
  }

  #show(): void {
    const { metrics } = this.#replica.instrumentation;
    metrics.repairBudgetAvailable.set(this.#credits);
    metrics.repairInflightCount.set(this.#inFlight);
  }

  tick(): void {
    const replica = this.#replica;
    const now = replica.host.now();
    if (now - this.#refilledAt >= refillMs) {
      this.#refilledAt = now;
      // Never more than what is not out.
      this.#credits = Math.min(mostCredits - this.#inFlight, this.#credits + 1);
      this.#show();
    }
    for (const wanted of this.#wanted.values()) {
      if (wanted.checksum === undefined && wanted.op <= replica.log.op) this.#drop(wanted);
      else if (wanted.asked === undefined) this.#ask(wanted);
      else if (now - wanted.asked.at >= replica.options.timing.repairTimeout) {
        wanted.asked = undefined;
        this.#inFlight--;
        this.#tryAgain(wanted);
      }
    }
  }
}
