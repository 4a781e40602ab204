// Messages as text, and back. A frame is a signature and the message as JSON:
//
//   <signature> {"type":"Commit","from":0,"view":3,"commit":17,...}
//
// Clients have no key: what they send and get is signed with '-'. Entries travel as rows, because
// they are most of what is sent.

import { type Entry, entryKinds } from '../log/entry.js';
import { bodyBytesMost } from '../log/slot.js';
import type { Rejection } from './contradictions.js';
import { firstClient, isReplica, type Message, type MessageType } from './messages.js';
import type { Signer } from './signature.js';

export type Decoded =
  | { readonly message: Message; readonly rejection?: undefined }
  | { readonly rejection: Rejection };

const unsigned = '-';

export class Codec {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  encode(message: Message, to: number): string {
    const text = JSON.stringify(message, rowsForEntries);
    const needsNone = to >= firstClient || message.type === 'Request';
    return `${needsNone ? unsigned : this.#signer.sign(message.from, text)} ${text}`;
  }

  decode(frame: string): Decoded {
    const separator = frame.indexOf(' ');
    const text = frame.slice(separator + 1);
    let message: Message;
    try {
      message = JSON.parse(text, entriesForRows) as Message;
    } catch {
      return { rejection: 'malformed' };
    }
    const type = typesByName.get((message as Message | null)?.type);
    if (separator < 1 || type === undefined || !hasShape(message, shapes[type])) {
      return { rejection: 'malformed' };
    }
    // All messages of a type share its one string: comparing two is comparing addresses from here on.
    (message as { type: MessageType }).type = type;
    const signature = frame.slice(0, separator);
    // To and from clients.
    if (['Request', 'Reply', 'Eviction'].includes(message.type)) return { message };
    if (!isReplica(message.from) && message.from !== operator) {
      return { rejection: 'unknown_sender' };
    }
    if (!this.#signer.verify(message.from, text, signature)) return { rejection: 'signature' };
    return { message };
  }
}

/** The sender of what a person asks for. */
export const operator = -1;

// ---- entries as rows ----

function rowsForEntries(key: string, value: unknown): unknown {
  if (key === 'entries') return (value as readonly Entry[]).map(rowOf);
  return key === 'entry' ? rowOf(value as Entry) : value;
}

function entriesForRows(key: string, value: unknown): unknown {
  if (key === 'entries') return (value as readonly unknown[]).map(entryOf);
  return key === 'entry' ? entryOf(value) : value;
}

function rowOf(entry: Entry): readonly (number | string)[] {
  const { op, view, parent, checksum, timestamp, kind, client, session, request, body } = entry;
  const kindIndex = entryKinds.indexOf(kind);
  return [op, view, parent, checksum, timestamp, kindIndex, client, session, request, body];
}

/** @throws when it is no row; decode() calls that malformed */
function entryOf(row: unknown): Entry {
  const cells = row as readonly unknown[];
  if (!Array.isArray(row) || cells.length !== 10) throw new TypeError('no row');
  const [op, view, parent, checksum, timestamp, kindIndex, client, session, request, body] = cells;
  const numbers = { op, view, parent, checksum, timestamp, client, session, request };
  const kind = entryKinds[kindIndex as number];
  if (!Object.values(numbers).every(isNumber) || !isBody(body) || kind === undefined) {
    throw new TypeError('no entry');
  }
  return { ...(numbers as Record<keyof typeof numbers, number>), kind, body };
}

// ---- shapes ----

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isNumbers = (value: unknown) => Array.isArray(value) && value.every(isNumber);
// Entries were checked when they were made from rows.
const isEntries = (value: unknown) => Array.isArray(value);
const isBody = (value: unknown): value is string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a body is any text of one byte a character.
  typeof value === 'string' && value.length <= bodyBytesMost && /^[\x00-\xff]*$/.test(value);

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name in shape) if (!shape[name]!(fields[name])) return false;
  return true;
}

const shaped = (shape: Shape) => (value: unknown) => hasShape(value, shape);
const optional = (test: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || test(value);

const isTail = shaped({
  base: isNumber,
  baseChecksum: isNumber,
  op: isNumber,
  commit: isNumber,
  entries: isEntries,
});
const isConfiguration = shaped({ op: isNumber, members: isNumbers, next: optional(isNumbers) });
const isSnapshot = shaped({
  op: isNumber,
  checksum: isNumber,
  ledger: shaped({ accounts: Array.isArray, hash: isNumber }),
  sessions: Array.isArray,
  configuration: isConfiguration,
});
const isState = shaped({ tail: isTail, snapshot: optional(isSnapshot) });
const isVersion = shaped({ major: isNumber, minor: isNumber });

const envelope = { from: isNumber, incarnation: isNumber, sequence: isNumber };
const inView = { ...envelope, view: isNumber };

const shapes: Readonly<Record<MessageType, Shape>> = {
  Request: { from: isNumber, session: isNumber, request: isNumber, body: isBody },
  Reply: { ...inView, session: isNumber, request: isNumber, op: isNumber, result: isBody },
  Eviction: { ...inView, session: isNumber },
  Reconfiguration: { from: isNumber, members: isNumbers },
  Prepare: { ...inView, commit: isNumber, entries: isEntries },
  PrepareOk: { ...inView, op: isNumber },
  Commit: { ...inView, commit: isNumber },
  Heartbeat: { ...inView, commit: isNumber, op: isNumber },
  StartViewChange: { ...inView, commit: isNumber },
  DoViewChange: {
    ...inView,
    logView: isNumber,
    tail: isTail,
    configuration: isConfiguration,
    incarnations: isNumbers,
  },
  StartView: { ...inView, tail: isTail },
  Recovery: { ...envelope, nonce: isNumber, leastView: isNumber, asksIncarnation: isBoolean },
  RecoveryResponse: {
    ...inView,
    nonce: isNumber,
    knownIncarnation: isNumber,
    incarnations: isNumbers,
    configuration: isConfiguration,
    state: optional(isState),
  },
  GetState: { ...inView, commit: isNumber, checksum: isNumber },
  NewState: { ...inView, isComplete: isBoolean, state: isState },
  Ping: { ...envelope, sentAt: isNumber, wallClock: isNumber, version: isVersion },
  Pong: {
    ...envelope,
    sentAt: isNumber,
    pingWallClock: isNumber,
    wallClock: isNumber,
    version: isVersion,
  },
  RepairRequest: { ...inView, op: isNumber, nonce: isNumber },
  RepairResponse: { ...inView, nonce: isNumber, entry: (value) => value !== undefined },
  NackPrepare: { ...inView, nonce: isNumber, op: isNumber },
  StandbyHeartbeat: { ...inView, op: isNumber },
  StandbyPromotion: { from: isNumber, standby: isNumber, replaces: isNumber },
  StartEpoch: { ...inView, op: isNumber },
  EpochStarted: { ...inView, op: isNumber },
};

const typesByName: ReadonlyMap<unknown, MessageType> = new Map(
  (Object.keys(shapes) as MessageType[]).map((type) => [type, type]),
);
