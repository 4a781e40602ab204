// What a part of a replica may use: what all parts share, and what the other parts do for it. The
// parts import this and not each other; replica.ts puts them together.

import type {
  Instrumentation,
  Status,
  ViewChangeReason,
} from '../instrumentation/instrumentation.js';
import type { Entry } from '../log/entry.js';
import type { Log } from '../log/log.js';
import type { CheckpointReference } from '../log/superblock.js';
import type { Ledger, Outcome } from '../machine/ledger.js';
import type { Session, Sessions } from '../machine/sessions.js';
import type { Snapshot } from '../machine/snapshot.js';
import type { Rejection } from '../messages/contradictions.js';
import type { TransferredState, Unsent } from '../messages/messages.js';
import type { Configuration } from './configuration.js';
import type { Host, ReplicaOptions } from './host.js';

export interface Whole {
  readonly id: number;
  readonly options: ReplicaOptions;
  readonly host: Host;
  readonly instrumentation: Instrumentation;

  readonly log: Log;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  status: Status;
  view: number;
  /** The last view whose log this replica has: what it says of its log in a view change. */
  logView: number;
  /** Everything up to here is committed, and applied. */
  commit: number;
  /** Everything up to here is on this disk. */
  durable: number;
  configuration: Configuration;
  checkpoint: CheckpointReference;
  /** The ring of slots may be written over up to here: the superblock on the disk says so. */
  ringBase: number;
  /** The log on the disk is all that it should be; not so in the middle of a recovery. */
  isWhole: boolean;
  incarnation: number;
  incarnations: number[];

  readonly primary: number;
  readonly isPrimary: boolean;
  readonly isNormal: boolean;
  readonly isVoter: boolean;

  /** Whether something came of another replica lately. */
  hears(replica: number): boolean;
  /** Counts a message of another replica that no correct one sends. */
  reject(reason: Rejection): void;
  send(to: number, message: Unsent): void;
  /** To all other replicas, standbys too; returns when it left. */
  broadcast(message: Unsent): number;
  sendToClient(to: number, message: Unsent): void;
  sendToClients(answers: readonly { readonly to: number; readonly message: Unsent }[]): number;
  /** Writes down what must not be forgotten. Views and logs are only spoken of when this is done. */
  persist(done: () => void): void;
  writeEntries(entries: readonly Entry[], done: () => void): void;
  superblockWas(sequence: number): void;
  becomes(status: Status): void;
  becomesNormal(): void;
  enterView(view: number): void;
  configurationChanged(configuration: Configuration): void;

  readonly normal: {
    readonly backup: { onRepaired(entry: Entry): void };
    readonly isSettled: boolean;
    progressOf(replica: number): number;
    leave(): void;
    propose(kind: Entry['kind'], body: string): void;
    hasRoom(op: number): boolean;
    appendToLog(entry: Entry): void;
    writeEntries(entries: readonly Entry[]): void;
    heardOf(replica: number, op: number): void;
    decide(): void;
    onApplied(entry: Entry, outcome: Outcome): void;
    evict(session: Session): void;
    sendAnswers(): void;
  };
  readonly application: {
    commitTo(op: number): void;
    restore(snapshot: Snapshot): void;
    takeSnapshot(): Snapshot;
    latestConfiguration(): Configuration;
    checkpoint(done: () => void): void;
  };
  readonly installation: {
    join(view: number, state: TransferredState): void;
    install(state: TransferredState, view: number, done: () => void): void;
    installAnew(state: TransferredState, done: () => void): void;
    adoptCommitted(state: TransferredState): void;
  };
  readonly viewChange: {
    toNextView(reason: ViewChangeReason): void;
    toView(view: number): void;
    resume(): void;
    retry(): void;
  };
  readonly stateTransfer: {
    follow(view: number): void;
    fetchCommitted(from: number): void;
    everything(): TransferredState;
  };
  readonly repair: {
    want(op: number, checksum?: number): void;
    forget(): void;
  };
  readonly reconfiguration: {
    change(members: readonly number[]): void;
    onCompleted(before: Configuration, entry: Entry): void;
  };
  readonly standbys: { onMembers(members: readonly number[]): void };
}
