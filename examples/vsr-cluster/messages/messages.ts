// What replicas and clients send each other. The types are named as in the vsr catalogue, so that
// the label message_type is the message's own `type`.
//
// Numbers of replicas are below `firstClient`; clients count from there.

import type { Entry } from '../log/entry.js';
import type { Tail } from '../log/log.js';
import type { Snapshot } from '../machine/snapshot.js';
import type { Configuration } from '../replica/configuration.js';
import type { Version } from '../replica/version.js';

export const firstClient = 1000;

export function isReplica(address: number): boolean {
  return address >= 0 && address < firstClient;
}

/** In every message between replicas. */
interface Envelope {
  readonly from: number;
  /** Which life of the sender it comes from; see replica/recovery.ts. */
  readonly incarnation: number;
  /** Grows with each message of this sender: tells a late message from a contradictory one. */
  readonly sequence: number;
}

// ---- clients ----

export interface Request {
  readonly type: 'Request';
  readonly from: number;
  /** 0: open a session. */
  readonly session: number;
  readonly request: number;
  readonly body: string;
}

export interface Reply extends Envelope {
  readonly type: 'Reply';
  readonly view: number;
  readonly session: number;
  readonly request: number;
  readonly op: number;
  readonly result: string;
}

/** The session is no more: the client has to open another. */
export interface Eviction extends Envelope {
  readonly type: 'Eviction';
  readonly view: number;
  readonly session: number;
}

/** From an operator, or from a replica that knows who asked: let this be the new group. */
export interface Reconfiguration {
  readonly type: 'Reconfiguration';
  readonly from: number;
  readonly members: readonly number[];
}

// ---- normal operation ----

export interface Prepare extends Envelope {
  readonly type: 'Prepare';
  readonly view: number;
  readonly commit: number;
  /** Consecutive operations: a batch. */
  readonly entries: readonly Entry[];
}

/** `op` and everything before it is on my disk. */
export interface PrepareOk extends Envelope {
  readonly type: 'PrepareOk';
  readonly view: number;
  readonly op: number;
}

export interface Commit extends Envelope {
  readonly type: 'Commit';
  readonly view: number;
  readonly commit: number;
}

export interface Heartbeat extends Envelope {
  readonly type: 'Heartbeat';
  readonly view: number;
  readonly commit: number;
  readonly op: number;
}

// ---- view change ----

export interface StartViewChange extends Envelope {
  readonly type: 'StartViewChange';
  readonly view: number;
  readonly commit: number;
}

export interface DoViewChange extends Envelope {
  readonly type: 'DoViewChange';
  readonly view: number;
  readonly logView: number;
  readonly tail: Tail;
  /** The newest configuration in the sender's log. */
  readonly configuration: Configuration;
  /** What the sender knows of everybody's lives: votes of an earlier one do not count. */
  readonly incarnations: readonly number[];
}

export interface StartView extends Envelope {
  readonly type: 'StartView';
  readonly view: number;
  readonly tail: Tail;
}

// ---- recovery and state transfer ----

export interface Recovery extends Envelope {
  readonly type: 'Recovery';
  readonly nonce: number;
  /** No lower view will do: the sender may have promised it. */
  readonly leastView: number;
  /** It does not know which life this is, and asks for that first. */
  readonly asksIncarnation: boolean;
}

export interface RecoveryResponse extends Envelope {
  readonly type: 'RecoveryResponse';
  readonly nonce: number;
  readonly view: number;
  /** Which life of the one that recovers the sender knows of. */
  readonly knownIncarnation: number;
  readonly incarnations: readonly number[];
  readonly configuration: Configuration;
  /** From the primary alone. */
  readonly state?: TransferredState;
}

/** A log, and a snapshot where the log alone does not reach back far enough. */
export interface TransferredState {
  readonly tail: Tail;
  readonly snapshot?: Snapshot;
}

export interface GetState extends Envelope {
  readonly type: 'GetState';
  readonly view: number;
  /** What the sender has applied, and the checksum there. */
  readonly commit: number;
  readonly checksum: number;
}

export interface NewState extends Envelope {
  readonly type: 'NewState';
  readonly view: number;
  /** The whole log of the view; otherwise only what is committed, which holds in any view. */
  readonly isComplete: boolean;
  readonly state: TransferredState;
}

// ---- signs of life, clocks ----

export interface Ping extends Envelope {
  readonly type: 'Ping';
  /** When it was sent: the clock that never steps, and the one on the wall. */
  readonly sentAt: number;
  readonly wallClock: number;
  readonly version: Version;
}

export interface Pong extends Envelope {
  readonly type: 'Pong';
  readonly sentAt: number;
  readonly pingWallClock: number;
  /** The wall clock of the one that answers. */
  readonly wallClock: number;
  readonly version: Version;
}

// ---- repair ----

export interface RepairRequest extends Envelope {
  readonly type: 'RepairRequest';
  readonly view: number;
  readonly op: number;
  readonly nonce: number;
}

export interface RepairResponse extends Envelope {
  readonly type: 'RepairResponse';
  readonly view: number;
  readonly nonce: number;
  readonly entry: Entry;
}

export interface NackPrepare extends Envelope {
  readonly type: 'NackPrepare';
  readonly view: number;
  readonly nonce: number;
  readonly op: number;
}

// ---- standbys and reconfiguration ----

export interface StandbyHeartbeat extends Envelope {
  readonly type: 'StandbyHeartbeat';
  readonly view: number;
  readonly op: number;
}

/** To the primary: make this standby a member in the place of another. To the standby: you are. */
export interface StandbyPromotion {
  readonly type: 'StandbyPromotion';
  readonly from: number;
  readonly standby: number;
  /** The member that goes; -1: none, the group grows. */
  readonly replaces: number;
}

/** To replicas that are new in the group: it is about to change, catch up. */
export interface StartEpoch extends Envelope {
  readonly type: 'StartEpoch';
  readonly view: number;
  readonly op: number;
}

/** To those that left it: the others have taken over. */
export interface EpochStarted extends Envelope {
  readonly type: 'EpochStarted';
  readonly view: number;
  readonly op: number;
}

export type Message =
  | Request
  | Reply
  | Eviction
  | Reconfiguration
  | Prepare
  | PrepareOk
  | Commit
  | Heartbeat
  | StartViewChange
  | DoViewChange
  | StartView
  | Recovery
  | RecoveryResponse
  | GetState
  | NewState
  | Ping
  | Pong
  | RepairRequest
  | RepairResponse
  | NackPrepare
  | StandbyHeartbeat
  | StandbyPromotion
  | StartEpoch
  | EpochStarted;

export type MessageType = Message['type'];
export type MessageOf<T extends MessageType> = Extract<Message, { readonly type: T }>;
/** A message on its way out. */
export interface Outgoing {
  /** A replica or a client. */
  readonly to: number;
  readonly message: Message;
}
/** A message between replicas, without what the sender's envelope adds. */
export type Unsent = Message extends infer M
  ? M extends Message
    ? Omit<M, 'from' | 'incarnation' | 'sequence'>
    : never
  : never;
