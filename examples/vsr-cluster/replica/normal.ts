// Normal operation (VR section 4.1): requests become entries, entries are prepared on a quorum, and
// are committed then.
//
//   client      primary               backups
//     |--Request-->|                     |
//     |            |------Prepare------->|   a batch of entries, and how far all is committed
//     |            |       (each writes the entries to its disk)
//     |            |<-----PrepareOk------|   everything up to op is on my disk
//     |            |  quorum: commit, apply
//     |<--Reply----|-------Commit------->|   or the next Prepare says it
//
// Messages that came in together are answered together, in flush(): the fuller the pipe, the larger
// the batches.

import type { Ending, Method } from '../instrumentation/batch-events.js';
import type { Position } from '../instrumentation/instrumentation.js';
import { noSpan, type Span } from '../instrumentation/spans.js';
import { type Entry, entryBytes, sealEntry } from '../log/entry.js';
import { isQuery, type Outcome } from '../machine/ledger.js';
import type { Session } from '../machine/sessions.js';
import type { MessageOf, Request, Unsent } from '../messages/messages.js';
import { configurationIn, isConfigurationEntry } from './application.js';
import { Backup } from './backup.js';
import { isQuorum, isVoter, reachedByQuorum, votersOf } from './configuration.js';
import { Duplicates } from './duplicates.js';
import type { Whole } from './whole.js';

/** An operation on its way: when what happened to it, on the stopwatch. */
interface Flight {
  readonly method: Method;
  readonly arrived: number;
  /** In milliseconds. */
  readonly at: number;
  /** Whether a client waits for its answer, and has waited for too long already. */
  readonly isAwaited: boolean;
  isLate: boolean;
  sent: number;
  decided: number;
  readonly write: Span;
  prepare: Span;
  commit: Span;
}

/** What a client is told once everything is applied that was committed together. */
interface Answer {
  readonly to: number;
  readonly message: Unsent;
  /** Of an operation whose request came to this primary. */
  readonly request:
    | { readonly method: Method; readonly ending: Ending; readonly arrived: number }
    | undefined;
}

const mostPending = 10_000;

export class NormalOperation {
  readonly #replica: Whole;
  readonly backup: Backup;
  readonly #duplicates: Duplicates;

  // The primary's: requests that wait for room, entries that are not sent yet.
  #pending: { readonly request: Request; readonly arrived: number; readonly at: number }[] = [];
  #unsent: Entry[] = [];
  readonly #flights = new Map<number, Flight>();
  #answers: Answer[] = [];
  /** Per replica: everything up to here is on its disk, in this view. */
  readonly #acknowledged: number[];
  /** Per replica: how far it was last known to be, whoever said so; -1: unknown. */
  readonly #progress: number[];
  readonly #progressAt: number[];
  /** What the log held when the view began: until it is committed nobody is told what he did not do. */
  #inheritedOp = 0;
  #announced = 0;
  #spokeAt = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
    this.backup = new Backup(replica);
    this.#duplicates = new Duplicates(replica);
    const zeros = () => Array.from({ length: replica.options.rosterSize }, () => 0);
    this.#acknowledged = zeros();
    this.#progress = zeros();
    this.#progressAt = zeros();
  }

  /** Whether everything that earlier views left is committed. */
  get isSettled(): boolean {
    return this.#replica.commit >= this.#inheritedOp;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** How far a replica was last known to be; -1 when nothing is known. */
  progressOf(replica: number): number {
    return this.#progress[replica]!;
  }

  /** This replica leads the view that begins now. */
  lead(): void {
    const { log, commit } = this.#replica;
    this.leave();
    this.#acknowledged.fill(0);
    this.#progress.fill(-1);
    this.#inheritedOp = log.op;
    this.#announced = commit;
    this.#duplicates.inherit(log.slice(commit + 1, log.op));
    this.#spokeAt = this.#replica.host.now();
  }

  /** The view ended, or is another's. */
  leave(): void {
    const { commit: committed, instrumentation } = this.#replica;
    for (const { request } of this.#pending) this.#refuse(request);
    this.#pending = [];
    this.#unsent = [];
    for (const [op, flight] of this.#flights) {
      const { write, prepare, commit, method } = flight;
      prepare.end();
      commit.end();
      write.end();
      // Those that are committed have their answers.
      if (flight.isAwaited && !flight.isLate && op > committed) instrumentation.unanswered(method);
    }
    this.#flights.clear();
    this.#duplicates.clear();
  }

  // ---- the primary ----

  onRequest(request: Request, arrived: number): void {
    const replica = this.#replica;
    if (!replica.isNormal || !replica.isPrimary) return;
    if (!this.isSettled || this.#pending.length >= mostPending) {
      this.#refuse(request);
      return;
    }
    if (this.#duplicates.check(request)) return;
    this.#duplicates.add(request.from, request.request);
    this.#pending.push({ request, arrived, at: replica.host.now() });
  }

  /** It does not get into the log. Opening a session is no operation. */
  #refuse({ session, body }: Request): void {
    if (session === 0) return;
    this.#replica.instrumentation.refused(methodOf(body));
  }

  /** Whoever has waited for so long has no answer in time, whatever comes of it. */
  #giveUpLate(now: number): void {
    const { options, instrumentation } = this.#replica;
    const since = now - options.timing.requestTimeout;
    let late = 0;
    while (late < this.#pending.length && this.#pending[late]!.at < since) late++;
    for (const { request } of this.#pending.splice(0, late)) {
      this.#duplicates.remove(request.from, request.request);
      this.#refuse(request);
    }
    for (const flight of this.#flights.values()) {
      if (flight.at >= since) break;
      if (flight.isAwaited && !flight.isLate) instrumentation.unanswered(flight.method);
      flight.isLate = true;
    }
  }

  /** An entry of the primary's own: a change of the configuration. */
  propose(kind: Entry['kind'], body: string): void {
    const { stopwatch } = this.#replica.instrumentation;
    const { host } = this.#replica;
    const nobody = { client: 0, session: 0, request: 0 };
    this.#append({ kind, body, ...nobody }, stopwatch.now(), host.now());
  }

  flush(): void {
    if (!this.#replica.isNormal) return;
    if (!this.#replica.isPrimary) {
      this.backup.flush();
      return;
    }
    this.#takePending();
    if (this.#unsent.length > 0) this.#prepare();
    else if (this.#replica.commit > this.#announced) this.#sayCommit();
  }

  #takePending(): void {
    const { options } = this.#replica;
    let taken = 0;
    while (
      taken < this.#pending.length &&
      this.#unsent.length < options.batch &&
      this.#flights.size < options.pipeline &&
      this.hasRoom(this.#replica.log.op + 1)
    ) {
      const { request, arrived, at } = this.#pending[taken++]!;
      const { from: client, session, request: number, body } = request;
      const kind = session === 0 ? 'register' : 'operation';
      this.#append({ kind, body, client, session, request: number }, arrived, at);
    }
    if (taken > 0) this.#pending.splice(0, taken);
  }

  /** Who waits, and for what. */
  get position(): Pick<Position, 'waiting' | 'votes' | 'behind'> {
    const { isNormal, isPrimary } = this.#replica;
    const waiting = this.#pending.length + this.#flights.size;
    if (!isNormal) return { waiting, votes: undefined, behind: undefined };
    if (isPrimary) {
      // Without a quorum that it hears it cannot know whether it leads still.
      return { waiting, votes: this.#votes(), behind: this.#hearsQuorum() ? 0 : undefined };
    }
    return { waiting, votes: undefined, behind: this.backup.behind };
  }

  #hearsQuorum(): boolean {
    const { id, configuration } = this.#replica;
    return isQuorum(configuration, (each) => each === id || this.#replica.hears(each));
  }

  /** Whether the ring of slots has one for this operation that is not needed any more. */
  hasRoom(op: number): boolean {
    return op - this.#replica.ringBase < this.#replica.host.storage.slots;
  }

  #append(
    content: Pick<Entry, 'kind' | 'body' | 'client' | 'session' | 'request'>,
    arrived: number,
    at: number,
  ): void {
    const { log, view, host, instrumentation } = this.#replica;
    const timestamp = Math.max(log.lastTimestamp + 1, Math.floor(host.wallClock()));
    const entry = sealEntry({
      ...content,
      op: log.op + 1,
      view,
      parent: log.lastChecksum,
      timestamp,
    });
    this.appendToLog(entry);
    this.#unsent.push(entry);
    const method = methodOf(content.body);
    const write = instrumentation.spans.begin(`kmb.${method}`);
    const times = { arrived, at, sent: 0, decided: 0 };
    const isAwaited = content.kind === 'operation';
    const flight = {
      method,
      isAwaited,
      isLate: false,
      ...times,
      write,
      prepare: noSpan,
      commit: noSpan,
    };
    this.#flights.set(entry.op, flight);
  }

  /** Into memory; writing it to the disk is the caller's. */
  appendToLog(entry: Entry): void {
    const replica = this.#replica;
    replica.log.append(entry);
    replica.instrumentation.batch.appended(entryBytes(entry));
    if (isConfigurationEntry(entry)) replica.configurationChanged(configurationIn(entry));
  }

  #prepare(): void {
    const replica = this.#replica;
    const { view, commit, instrumentation } = replica;
    const entries = this.#unsent;
    this.#unsent = [];
    const { spans } = instrumentation;
    for (const { op } of entries) {
      const flight = this.#flights.get(op)!;
      flight.prepare = spans.begin('kmb.consensus.prepare', flight.write);
    }
    const sent = replica.broadcast({ type: 'Prepare', view, commit, entries });
    for (const { op } of entries) this.#flights.get(op)!.sent = sent;
    this.#spoke(sent);
    this.writeEntries(entries);
  }

  /** Writes entries of this view's log; they are acknowledged once they are on the disk. */
  writeEntries(entries: readonly Entry[]): void {
    const replica = this.#replica;
    const last = entries.at(-1)!.op;
    const view = replica.view;
    replica.writeEntries(entries, () => {
      // A view change since then may have replaced them.
      if (replica.view !== view || !replica.isNormal) return;
      replica.durable = Math.max(replica.durable, last);
      if (replica.isPrimary) this.decide();
    });
  }

  onPrepareOk({ from, view, op }: MessageOf<'PrepareOk'>, arrivedAt: number): void {
    const replica = this.#replica;
    if (view !== replica.view || !replica.isNormal || !replica.isPrimary) return;
    if (op > replica.log.op) {
      replica.reject('op_number_mismatch');
      return;
    }
    this.#acknowledged[from] = Math.max(this.#acknowledged[from]!, op);
    this.heardOf(from, op);
    this.decide(arrivedAt);
  }

  /** A replica has everything up to `op`; whether that is a vote is not said here. */
  heardOf(replica: number, op: number): void {
    if (op > this.#progress[replica]!) {
      this.#progress[replica] = op;
      this.#progressAt[replica] = this.#replica.host.now();
    }
  }

  /** Commits what a quorum has on its disks, since `at` at the latest. */
  decide(at?: number): void {
    const replica = this.#replica;
    const { configuration, instrumentation } = replica;
    const { spans } = instrumentation;
    this.#acknowledged[replica.id] = replica.durable;
    const reached = reachedByQuorum(configuration, (id) => this.#acknowledged[id]!);
    if (reached <= replica.commit) return;
    const decided = at ?? instrumentation.now();
    // Entries that were sent together are one record.
    let sent = 0;
    let entries = 0;
    for (let op = replica.commit + 1; op <= reached; op++) {
      const flight = this.#flights.get(op);
      if (flight === undefined) continue;
      flight.decided = decided;
      flight.prepare.end();
      flight.commit = spans.begin('kmb.consensus.commit', flight.write);
      if (entries > 0 && flight.sent !== sent) {
        instrumentation.batch.prepared(sent, decided, entries);
        entries = 0;
      }
      sent = flight.sent;
      entries++;
    }
    if (entries > 0) instrumentation.batch.prepared(sent, decided, entries);
    replica.application.commitTo(reached);
  }

  /** Votes for the operation that is being decided; for the last one while there is none. */
  #votes(): number {
    const { log, commit, configuration } = this.#replica;
    const op = Math.min(commit + 1, log.op);
    return votersOf(configuration).filter((id) => this.#acknowledged[id]! >= op).length;
  }

  #sayCommit(): void {
    const { view, commit } = this.#replica;
    this.#spoke(this.#replica.broadcast({ type: 'Commit', view, commit }));
  }

  /** The others were told at `told` how far everything is committed. */
  #spoke(told: number): void {
    const { commit, host, instrumentation } = this.#replica;
    this.#spokeAt = host.now();
    let sent = 0;
    let decided = 0;
    let entries = 0;
    for (let op = this.#announced + 1; op <= commit; op++) {
      const flight = this.#flights.get(op);
      if (flight === undefined) continue;
      if (entries > 0 && (flight.sent !== sent || flight.decided !== decided)) {
        instrumentation.batch.announced(sent, decided, told, entries);
        entries = 0;
      }
      ({ sent, decided } = flight);
      entries++;
      flight.commit.end();
      flight.write.end();
      this.#flights.delete(op);
    }
    if (entries > 0) instrumentation.batch.announced(sent, decided, told, entries);
    this.#announced = commit;
  }

  /** The state machine ran an entry. The primary answers whoever asked for it. */
  onApplied(entry: Entry, outcome: Outcome): void {
    const replica = this.#replica;
    this.#duplicates.remove(entry.client, entry.request);
    if (!replica.isPrimary || !replica.isNormal || isConfigurationEntry(entry)) return;
    const { op, client, request } = entry;
    const session = entry.kind === 'register' ? op : entry.session;
    const { view } = replica;
    const { result, status } = outcome;
    const flight = entry.kind === 'operation' ? this.#flights.get(op) : undefined;
    this.#answers.push({
      to: client,
      message: { type: 'Reply', view, session, request, op, result },
      request: flight?.isAwaited
        ? {
            method: flight.method,
            ending: flight.isLate ? 'late' : status,
            arrived: flight.arrived,
          }
        : undefined,
    });
  }

  /** A session had to go: the primary tells the client. */
  evict({ client, session }: Session): void {
    const replica = this.#replica;
    if (!replica.isPrimary || !replica.isNormal) return;
    const { view } = replica;
    this.#answers.push({
      to: client,
      message: { type: 'Eviction', view, session },
      request: undefined,
    });
  }

  /**
   * Everything that was committed together is applied: everybody is answered together, rather than
   * each when his operation was applied. The same little work again and again is done faster, and
   * measured as one.
   */
  sendAnswers(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    const replica = this.#replica;
    const answeredAt = replica.sendToClients(answers);
    for (const { request } of answers) {
      if (request === undefined) continue;
      const { method, ending, arrived } = request;
      replica.instrumentation.batch.answered(method, ending, arrived, answeredAt, 1);
    }
  }

  // ---- the backups ----

  onPrepare(message: MessageOf<'Prepare'>): void {
    this.backup.onPrepare(message);
  }

  onCommit({ view, commit }: MessageOf<'Commit'>): void {
    this.backup.onSign(view, commit, commit);
  }

  onHeartbeat({ view, commit, op }: MessageOf<'Heartbeat'>): void {
    this.backup.onSign(view, commit, op);
  }

  // ---- time ----

  tick(): void {
    const replica = this.#replica;
    if (!replica.isNormal) return;
    if (!replica.isPrimary) {
      this.backup.tick();
      return;
    }
    const { view, commit, log, host, options } = replica;
    const now = host.now();
    this.#giveUpLate(now);
    if (now - this.#spokeAt >= options.timing.heartbeat) {
      this.#spoke(replica.broadcast({ type: 'Heartbeat', view, commit, op: log.op }));
    }
    for (let peer = 0; peer < options.rosterSize; peer++) this.#resendTo(peer, now);
  }

  /** What somebody has not acknowledged for too long was lost, or the acknowledgement was. */
  #resendTo(peer: number, now: number): void {
    const { id, view, commit, log, options, configuration } = this.#replica;
    const known = this.#progress[peer]!;
    const votes = isVoter(configuration, peer) ? this.#acknowledged[peer]! : known;
    if (peer === id || votes >= log.op || now - this.#progressAt[peer]! < options.timing.resend) {
      return;
    }
    this.#progressAt[peer] = now;
    // Of one that nothing is known of the answer to the last entry will tell.
    const first = known < 0 ? log.op : Math.min(known + 1, log.op);
    const entries = log.slice(first, first + options.batch - 1);
    if (entries.length > 0) this.#replica.send(peer, { type: 'Prepare', view, commit, entries });
  }
}

function methodOf(body: string): Method {
  return isQuery(body) ? 'query' : 'write';
}
