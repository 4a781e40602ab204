// Messages as replicas send them: a header with a checksum over the body, and one over itself.
//
//   offset  0         4       8      12       16        20         24
//           checksum  body's  bytes  view     op        commit     body ...
//                     checksum

export const headerBytes = 24;

export interface MessageFields {
  readonly view: number;
  readonly op: number;
  readonly commit: number;
}

const polynomial = 0x82f63b78; // CRC-32C, reflected
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  return remainder;
});

/** CRC-32C of the bytes from `start` to, not including, `end`. */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  let remainder = -1;
  for (let at = start; at < end; at++) {
    remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[at]!) & 0xff]!;
  }
  return ~remainder >>> 0;
}

/** Writes the header of a message whose body is already behind it; returns its checksum. */
export function encodeHeader(message: Uint8Array, { view, op, commit }: MessageFields): number {
  const words = new DataView(message.buffer, message.byteOffset, headerBytes);
  words.setUint32(4, checksum(message, headerBytes, message.length), true);
  words.setUint32(8, message.length - headerBytes, true);
  words.setUint32(12, view, true);
  words.setUint32(16, op, true);
  words.setUint32(20, commit, true);
  const own = checksum(message, 4, headerBytes);
  words.setUint32(0, own, true);
  return own;
}

/** @throws Error when a byte is not what it was when the header was written */
export function verify(message: Uint8Array): void {
  const words = new DataView(message.buffer, message.byteOffset, headerBytes);
  const isWhole =
    words.getUint32(0, true) === checksum(message, 4, headerBytes) &&
    words.getUint32(4, true) === checksum(message, headerBytes, message.length);
  if (!isWhole) throw new Error('a message is damaged');
}

/** A message with a body of bytes that do not repeat soon. */
export function createMessage(bytes: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: headerBytes + bytes }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return state >>> 24;
  });
}
