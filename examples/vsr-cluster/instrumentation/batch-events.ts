// What happens with every batch. Two are told of it: the journal when it happens, and the metrics by
// the journal, a little later. All times are on the stopwatch.

import type { Outcome } from '../machine/ledger.js';
import type { MessageType } from '../messages/messages.js';

export type Method = 'query' | 'write';

export interface BatchEvents {
  /** Messages of one type came. */
  received(type: MessageType, messages: number): void;
  /** Messages of one type were sent, to whomever. */
  sent(type: MessageType, messages: number): void;
  /** A frame of another replica came. */
  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void;
  /** A frame for another replica is on its way. */
  departed(peer: number, type: MessageType, bytes: number): void;
  /** So many messages became so many bytes: each has its share of the time. */
  serialized(start: number, end: number, messages: number, bytes: number): void;
  /** Entries are in the log. */
  appended(tenant: number, entries: number, bytes: number): void;
  /** Entries go to the disk. */
  written(bytes: number): void;
  /** Entries that were sent to all are on the disks of a quorum. */
  prepared(sent: number, decided: number, entries: number): void;
  /** And all were told of that. */
  announced(sent: number, decided: number, told: number, entries: number): void;
  /** The state machine ran operations, whose results are so long. */
  applied(status: Outcome['status'], operations: number, bytes: number): void;
  /** Entries were committed. */
  committed(entries: number): void;
  /** Clients were sent answers to requests that arrived together. */
  answered(
    method: Method,
    status: Outcome['status'],
    arrived: number,
    at: number,
    requests: number,
  ): void;
}
