// What happens with every batch. All times are on the stopwatch.

import type { Outcome } from '../machine/ledger.js';
import type { MessageType } from '../messages/messages.js';

export type Method = 'query' | 'write';
/** How a request ended; late: it counts as failed already, only how long it took is still to be told. */
export type Ending = Outcome['status'] | 'late';

export interface BatchEvents {
  /** Messages of one type came. */
  received(type: MessageType, messages: number): void;
  /** Messages of one type were sent, to whomever. */
  sent(type: MessageType, messages: number): void;
  /** A frame of another replica came. */
  arrived(peer: number, type: MessageType, bytes: number, sentAt: number, at: number): void;
  /** A frame for another replica is on its way. */
  departed(peer: number, type: MessageType, bytes: number): void;
  /** A message became so many bytes. */
  serialized(start: number, end: number, bytes: number): void;
  /** Entries are in the log in memory. */
  appended(bytes: number): void;
  /** Entries go to the log on the disk; those of no tenant change the configuration. */
  written(tenant: number | undefined, entries: number, bytes: number): void;
  /** Entries that were sent to all are on the disks of a quorum. */
  prepared(sent: number, decided: number, entries: number): void;
  /** And all were told of that. */
  announced(sent: number, decided: number, told: number, entries: number): void;
  /** The state machine ran an operation, whose result is so long. */
  applied(bytes: number): void;
  /** Operations were committed and applied: every entry is one. */
  committed(operations: number): void;
  /** Clients were sent answers to requests that arrived together. */
  answered(method: Method, ending: Ending, arrived: number, at: number, requests: number): void;
}

/** For a replica that records nothing of it. */
export const nobodyIsTold: BatchEvents = {
  received: () => undefined,
  sent: () => undefined,
  arrived: () => undefined,
  departed: () => undefined,
  serialized: () => undefined,
  appended: () => undefined,
  written: () => undefined,
  prepared: () => undefined,
  announced: () => undefined,
  applied: () => undefined,
  committed: () => undefined,
  answered: () => undefined,
};
