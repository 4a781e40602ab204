// A replica of Viewstamped Replication, as a state machine: messages, ticks and finished writes go
// in; messages and writes come out through its host.
//
//   const replica = new Replica(options, host, instrumentation);
//   replica.start();
//   replica.receive(messages);  // whenever there are some
//   replica.flush();            // once they are all in: batches are cut here
//   replica.tick();             // every few milliseconds
//
// This file has what all parts share: who it is, its status, its log, and who handles which message.
// Each part of the protocol is a file of its own beside this one.

import { type Instrumentation, type Status, statuses } from '../instrumentation/instrumentation.js';
import { type Entry, entryBytes } from '../log/entry.js';
import { Log } from '../log/log.js';
import type { CheckpointReference } from '../log/superblock.js';
import { Ledger, tenantOf } from '../machine/ledger.js';
import { Sessions } from '../machine/sessions.js';
import { emptySnapshot } from '../machine/snapshot.js';
import { contradictionIn, type Rejection } from '../messages/contradictions.js';
import {
  firstClient,
  isReplica,
  type Message,
  type MessageOf,
  type MessageType,
  type Outgoing,
  type Unsent,
} from '../messages/messages.js';
import { Application, isConfigurationEntry } from './application.js';
import { ClockSynchronization } from './clock.js';
import { type Configuration, isVoter, primaryOf } from './configuration.js';
import type { Host, ReplicaOptions } from './host.js';
import { Installation } from './installation.js';
import { NormalOperation } from './normal.js';
import { Reconfigurations } from './reconfiguration.js';
import { Recoveries } from './recovery.js';
import { Repairs } from './repair.js';
import { Scrubber } from './scrubber.js';
import { Standbys } from './standby.js';
import { StateTransfer } from './state-transfer.js';
import { ViewChange } from './view-change.js';
import type { Whole } from './whole.js';

export class Replica implements Whole {
  readonly id: number;
  readonly options: ReplicaOptions;
  readonly host: Host;
  readonly instrumentation: Instrumentation;

  readonly log = new Log();
  readonly ledger = new Ledger();
  readonly sessions: Sessions;
  status: Status = statuses.recovering;
  view = 0;
  /** The last view whose log this replica has: what it says of its log in a view change. */
  logView = 0;
  /** Everything up to here is committed, and applied. */
  commit = 0;
  /** Everything up to here is on this disk. */
  durable = 0;
  configuration: Configuration;
  checkpoint: CheckpointReference;
  /** The ring of slots may be written over up to here: the superblock on the disk says so. */
  ringBase = 0;
  /** The log on the disk is all that it should be; not so in the middle of a recovery. */
  isWhole = true;
  incarnation = 0;
  incarnations: number[];

  readonly normal: NormalOperation;
  readonly application: Application;
  readonly installation: Installation;
  readonly viewChange: ViewChange;
  readonly recovery: Recoveries;
  readonly stateTransfer: StateTransfer;
  readonly repair: Repairs;
  readonly clock: ClockSynchronization;
  readonly scrubber: Scrubber;
  readonly reconfiguration: Reconfigurations;
  readonly standbys: Standbys;

  /** Who handles what, once this replica has what it knew before. */
  readonly #handlers: {
    readonly [T in MessageType]?: (message: MessageOf<T>, arrivedAt: number) => void;
  } = {
    Request: (message, arrivedAt) => this.normal.onRequest(message, arrivedAt),
    Prepare: (message) => this.normal.onPrepare(message),
    PrepareOk: (message, arrivedAt) => this.normal.onPrepareOk(message, arrivedAt),
    Commit: (message) => this.normal.onCommit(message),
    Heartbeat: (message) => this.normal.onHeartbeat(message),
    StartViewChange: (message) => this.viewChange.onStartViewChange(message),
    DoViewChange: (message) => this.viewChange.onDoViewChange(message),
    StartView: (message) => this.viewChange.onStartView(message),
    Recovery: (message) => this.recovery.onRecovery(message),
    GetState: (message) => this.stateTransfer.onGetState(message),
    NewState: (message) => this.stateTransfer.onNewState(message),
    Ping: (message) => this.clock.onPing(message),
    Pong: (message) => this.clock.onPong(message),
    RepairRequest: (message) => this.repair.onRepairRequest(message),
    RepairResponse: (message) => this.repair.onRepairResponse(message),
    NackPrepare: (message) => this.repair.onNackPrepare(message),
    Reconfiguration: (message) => this.reconfiguration.onReconfiguration(message),
    StartEpoch: (message) => this.reconfiguration.onStartEpoch(message),
    EpochStarted: (message) => this.reconfiguration.onEpochStarted(message),
    StandbyHeartbeat: (message) => this.standbys.onStandbyHeartbeat(message),
    StandbyPromotion: (message) => this.standbys.onStandbyPromotion(message),
  };
  #statusSince = 0;
  #recordedAt = 0;
  #superblockSequence = 0;
  #sequence = 0;
  // What was last seen of each peer: contradictions of it are lies, older messages are only late.
  readonly #seen: { sequence: number; view: number }[] = [];
  readonly #heardAt: number[] = [];

  constructor(options: ReplicaOptions, host: Host, instrumentation: Instrumentation) {
    this.id = options.id;
    this.options = options;
    this.host = host;
    this.instrumentation = instrumentation;
    this.sessions = new Sessions(options.mostSessions);
    const { configuration, op, checksum } = emptySnapshot(options.members);
    this.configuration = configuration;
    this.checkpoint = { op, checksum };
    this.incarnations = Array.from({ length: options.rosterSize }, () => 0);
    this.normal = new NormalOperation(this);
    this.application = new Application(this);
    this.installation = new Installation(this);
    this.viewChange = new ViewChange(this);
    this.recovery = new Recoveries(this);
    this.stateTransfer = new StateTransfer(this);
    this.repair = new Repairs(this);
    this.clock = new ClockSynchronization(this);
    this.scrubber = new Scrubber(this);
    this.reconfiguration = new Reconfigurations(this);
    this.standbys = new Standbys(this);
  }

  // ---- what it is ----

  get primary(): number {
    return primaryOf(this.view, this.options.rosterSize);
  }

  get isPrimary(): boolean {
    return this.primary === this.id;
  }

  get isNormal(): boolean {
    return this.status === statuses.normal;
  }

  get isVoter(): boolean {
    return isVoter(this.configuration, this.id);
  }

  /** Whether something came of this replica within the time after which a primary counts as gone. */
  hears(replica: number): boolean {
    const at = this.#heardAt[replica];
    return at !== undefined && this.host.now() - at < this.options.timing.primaryTimeout;
  }

  // ---- what comes in ----

  /** Reads the disk and takes part from then on. */
  start(): void {
    this.recovery.start(this.host.storage.load());
  }

  /** Messages that came together, at `arrivedAt` on the stopwatch. */
  receive(messages: readonly Message[], arrivedAt = this.instrumentation.now()): void {
    // What comes together is mostly of one type: each run of one is counted at once.
    let first = 0;
    for (const [index, message] of messages.entries()) {
      this.#handle(message, arrivedAt);
      if (message.type === messages[index + 1]?.type) continue;
      this.instrumentation.batch.received(message.type, index + 1 - first);
      first = index + 1;
    }
  }

  #handle(message: Message, arrivedAt: number): void {
    if (isReplica(message.from) && 'incarnation' in message) {
      const rejection = this.#examine(message);
      if (rejection === 'late') return;
      if (rejection !== undefined) {
        this.reject(rejection);
        return;
      }
      this.#heardAt[message.from] = this.host.now();
    }
    if (this.status === statuses.recovering) {
      if (message.type === 'RecoveryResponse') this.recovery.onRecoveryResponse(message);
      else if (message.type === 'Recovery') this.recovery.onRecovery(message);
      return;
    }
    // A Reply or an Eviction is for clients, and a RecoveryResponse comes too late now.
    this.#handlers[message.type]?.(message as never, arrivedAt);
  }

  /** Sends what collected while messages came in, and shows where that has led. */
  flush(): void {
    this.normal.flush();
    const { log, commit, normal, instrumentation } = this;
    if (!instrumentation.isOn || this.status === statuses.recovering) return;
    const { op, count: entries, bytes } = log;
    instrumentation.positionIs({ op, commit, entries, bytes, ...normal.position });
  }

  tick(): void {
    this.#tellTimeIfDue();
    this.recovery.tick();
    if (this.status === statuses.recovering) return;
    this.normal.tick();
    this.viewChange.tick();
    this.stateTransfer.tick();
    this.repair.tick();
    this.clock.tick();
    this.scrubber.tick();
    this.reconfiguration.tick();
    this.standbys.tick();
  }

  #tellTimeIfDue(): void {
    const now = this.host.now();
    if (now - this.#recordedAt < this.options.timing.record) return;
    this.#recordedAt = now;
    this.instrumentation.timeIs(now);
  }

  /** What is wrong with a message of another replica: a lie, or only that it comes too late. */
  #examine(message: Extract<Message, { incarnation: number }>): Rejection | 'late' | undefined {
    const { from, incarnation, sequence } = message;
    if (from >= this.options.rosterSize || from === this.id) return 'unknown_sender';
    // From a life that ended: what it promised then, it may not know now. Whoever lost count asks.
    const asks = message.type === 'Recovery' && message.asksIncarnation;
    if (!asks && incarnation < this.incarnations[from]!) return 'replay';
    const contradiction = contradictionIn(message, this.options.rosterSize);
    if (contradiction !== undefined) return contradiction;
    if (!('view' in message)) return undefined;
    const seen = this.#seen[from];
    if (incarnation > this.incarnations[from]! || seen === undefined) {
      this.incarnations[from] = incarnation;
      this.#seen[from] = { sequence, view: message.view };
      return undefined;
    }
    if (sequence <= seen.sequence) return undefined;
    if (message.view < seen.view) return 'view_monotonicity';
    seen.sequence = sequence;
    seen.view = message.view;
    return undefined;
  }

  reject(reason: Rejection): void {
    this.instrumentation.rejected(reason).inc();
  }

  // ---- what goes out ----

  send(to: number, message: Unsent): void {
    this.instrumentation.batch.sent(message.type, 1);
    this.#post([{ to, message: this.#sealed(message) }]);
  }

  /** To all other replicas, standbys too; returns when it left. */
  broadcast(message: Unsent): number {
    const sealed = this.#sealed(message);
    const outgoing: Outgoing[] = [];
    for (let to = 0; to < this.options.rosterSize; to++) {
      if (to !== this.id) outgoing.push({ to, message: sealed });
    }
    this.instrumentation.batch.sent(message.type, outgoing.length);
    return this.#post(outgoing);
  }

  #sealed(message: Unsent): Message {
    const envelope = {
      from: this.id,
      incarnation: this.incarnation,
      sequence: ++this.#sequence,
    };
    return { ...message, ...envelope } as Message;
  }

  #post(messages: readonly Outgoing[]): number {
    if (messages.length === 0) return this.instrumentation.now();
    return this.host.send(messages);
  }

  sendToClient(to: number, message: Unsent): void {
    this.sendToClients([{ to, message }]);
  }

  /** To each what is for him; returns when all left. */
  sendToClients(answers: readonly { readonly to: number; readonly message: Unsent }[]): number {
    const outgoing: Outgoing[] = [];
    let evictions = 0;
    for (const { to, message } of answers) {
      if (to < firstClient) continue;
      if (message.type === 'Eviction') evictions++;
      outgoing.push({ to, message: this.#sealed(message) });
    }
    this.instrumentation.batch.sent('Reply', outgoing.length - evictions);
    this.instrumentation.batch.sent('Eviction', evictions);
    return this.#post(outgoing);
  }

  /** Writes down what must not be forgotten. Views and logs are only spoken of when this is done. */
  persist(done: () => void): void {
    const { id: replica, view, logView, checkpoint, incarnation, isWhole } = this;
    const incarnations = [...this.incarnations];
    const sequence = ++this.#superblockSequence;
    this.host.storage.writeSuperblock(
      { sequence, replica, view, logView, checkpoint, isWhole, incarnation, incarnations },
      done,
    );
  }

  /** Writes entries to their slots; whatever the reason, these are bytes written to the log. */
  writeEntries(entries: readonly Entry[], done: () => void): void {
    const { batch } = this.instrumentation;
    for (const entry of entries) {
      const tenant = isConfigurationEntry(entry) ? undefined : tenantOf(entry.client);
      batch.written(tenant, 1, entryBytes(entry));
    }
    this.host.storage.writeEntries(entries, done);
  }

  superblockWas(sequence: number): void {
    this.#superblockSequence = sequence;
  }

  // ---- what changes in several places ----

  becomes(status: Status): void {
    if (status !== this.status) this.#statusSince = this.instrumentation.stopwatch.now();
    this.status = status;
    // In this order: whoever is seen to be normal is so in the view that is seen.
    this.instrumentation.viewIs(this.view, this.isNormal ? this.primary : undefined);
    this.instrumentation.statusIs(status);
  }

  /** Ready to serve, after a view change, a state transfer or a recovery. */
  becomesNormal(): void {
    const { metrics, stopwatch } = this.instrumentation;
    const since = this.#statusSince;
    if (this.status === statuses.viewChange) stopwatch.record(metrics.viewChangeLatency, since);
    if (this.status === statuses.stateTransfer) {
      stopwatch.record(metrics.stateTransferLatency, since);
    }
    this.becomes(statuses.normal);
    this.recovery.onNormal();
    this.viewChange.onNormal();
    if (this.isPrimary) this.normal.lead();
    else this.normal.backup.follow();
  }

  enterView(view: number): void {
    this.view = view;
    this.instrumentation.viewIs(view, undefined);
  }

  configurationChanged(configuration: Configuration): void {
    this.configuration = configuration;
    this.instrumentation.configurationIs(configuration);
  }
}
