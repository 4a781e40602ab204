// HdrHistogram's V2 encoding, all numbers big-endian:
//
//    0  int32   cookie 0x1c849313
//    4  int32   bytes of the payload
//    8  int32   normalizing offset: 0; readers need not mind it, the payload is in order
//   12  int32   significant digits
//   16  int64   lowest number told from 0
//   24  int64   highest number there is room for
//   32  double  unit: what a recorded number is multiplied by to give a value
//   40  payload, cell by cell from the first: a count, or -n for n cells without any
//
// Numbers of the payload are ZigZag LEB128: the sign in the lowest bit, seven bits a byte, the lowest
// first, and eight in the ninth byte, which is the last. Compressed it is
//
//    0  int32   cookie 0x1c849314
//    4  int32   bytes that follow
//    8  the above, by zlib
//
// Java's DoubleHistogram puts a cookie, its digits and the ratio of its range before either.

import { createRequire } from 'node:module';
import { EncodingError, type ErrorDetails } from '../../errors.js';
import type { HdrContents, HdrCounts } from './contents.js';
import { HdrLayout, magnitudeOf } from './layout.js';

const cookies = {
  plain: 0x1c849313,
  compressed: 0x1c849314,
  double: 0x0c72124e,
  doubleCompressed: 0x0c72124f,
} as const;

const headerBytes = 40;
const compressedHeaderBytes = 8;
const doubleHeaderBytes = 16;
const longestNumber = 9;

// Loaded when something is compressed: that takes a while, and most programs encode nothing.
const require = createRequire(import.meta.url);
const zlib = (): typeof import('node:zlib') => require('node:zlib');

// ---- writing ----

export function encodeV2(contents: HdrContents, compress: boolean): Buffer {
  const payload = encodeCounts(contents);
  const { digits, lowest, highest } = contents.layout;
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(cookies.plain, 0);
  header.writeInt32BE(payload.length, 4);
  header.writeInt32BE(digits, 12);
  header.writeBigInt64BE(BigInt(lowest), 16);
  header.writeBigInt64BE(BigInt(highest), 24);
  header.writeDoubleBE(contents.unit, 32);
  const plain = Buffer.concat([header, payload]);
  if (!compress) return plain;
  const compressed = zlib().deflateSync(plain);
  const wrapper = Buffer.alloc(compressedHeaderBytes);
  wrapper.writeInt32BE(cookies.compressed, 0);
  wrapper.writeInt32BE(compressed.length, 4);
  return Buffer.concat([wrapper, compressed]);
}

function encodeCounts({ index, counts }: HdrCounts): Buffer {
  const bytes: number[] = [];
  let next = 0;
  index.forEach((cell, position) => {
    if (cell > next) pushZigZag(bytes, cell - next, 1);
    pushZigZag(bytes, counts[position]!, 0);
    next = cell + 1;
  });
  return Buffer.from(bytes);
}

/** A number of at most 2**53 with its sign: 0, or 1 for negative. */
function pushZigZag(bytes: number[], magnitude: number, sign: 0 | 1): void {
  // ZigZag takes a negative n for 2|n| - 1: one less, then the sign in the lowest bit.
  let rest = magnitude - sign;
  let byte = (rest % 64) * 2 + sign;
  rest = Math.floor(rest / 64);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
}

// ---- reading ----

/** @throws EncodingError that says where and why it is no histogram */
export function decodeV2(encoded: string | Uint8Array): HdrContents {
  const bytes = typeof encoded === 'string' ? fromBase64(encoded) : viewOf(encoded);
  const inner = isDouble(bytes) ? bytes.subarray(doubleHeaderBytes) : bytes;
  return decodePlain(cookieOf(inner) === cookies.compressed ? decompress(inner) : inner);
}

function fromBase64(text: string): Buffer {
  // Node's own decoder skips whatever is no base64.
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(trimmed) || trimmed.length % 4 !== 0) {
    throw invalid({ problem: 'the histogram is no base64', given: text });
  }
  return Buffer.from(trimmed, 'base64');
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function cookieOf(bytes: Buffer): number {
  return bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
}

function isDouble(bytes: Buffer): boolean {
  const cookie = cookieOf(bytes);
  return cookie === cookies.double || cookie === cookies.doubleCompressed;
}

/** What is inside, at most as long as its own header says: a bomb does not get to expand. */
function decompress(bytes: Buffer): Buffer {
  need(bytes, compressedHeaderBytes);
  const length = bytes.readInt32BE(4);
  const compressed = bytes.subarray(compressedHeaderBytes);
  checkLength('the compressed histogram', length, compressed.length);
  // A few bytes are enough for the header, and cannot hold much more than that.
  const start = inflate(compressed.subarray(0, 256), 1 << 20, 'Z_SYNC_FLUSH');
  const { payloadBytes } = readHeader(start);
  return inflate(compressed, headerBytes + payloadBytes, 'Z_FINISH');
}

function inflate(
  bytes: Buffer,
  maxOutputLength: number,
  flush: 'Z_FINISH' | 'Z_SYNC_FLUSH',
): Buffer {
  const { constants, inflateSync } = zlib();
  try {
    const { buffer, engine } = inflateSync(bytes, {
      maxOutputLength,
      finishFlush: constants[flush],
      info: true,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (flush === 'Z_FINISH' && engine.bytesWritten !== bytes.length) {
      const extra = bytes.length - engine.bytesWritten;
      throw new Error(`${extra} bytes follow its end`);
    }
    return buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `the compressed histogram is longer than it says, ${maxOutputLength} bytes`
        : `the compressed histogram is damaged: ${message}`;
    throw invalid({ problem, cause: error });
  }
}

function decodePlain(bytes: Buffer): HdrContents {
  const { layout, unit, payloadBytes } = readHeader(bytes);
  checkLength('the histogram', payloadBytes, bytes.length - headerBytes);
  return { layout, unit, ...decodeCounts(bytes, layout.cellCount) };
}

interface Header {
  readonly layout: HdrLayout;
  readonly unit: number;
  readonly payloadBytes: number;
}

function readHeader(bytes: Buffer): Header {
  const cookie = cookieOf(bytes);
  if (cookie !== cookies.plain) {
    throw invalid({
      problem: 'this is no histogram in V2 encoding',
      given: `cookie 0x${cookie.toString(16).padStart(8, '0')}`,
      allowed: Object.values(cookies).map((each) => `0x${each.toString(16).padStart(8, '0')}`),
    });
  }
  need(bytes, headerBytes);
  const layout = readLayout(bytes);
  const payloadBytes = bytes.readInt32BE(4);
  const most = layout.cellCount * longestNumber;
  if (payloadBytes < 0 || payloadBytes > most) {
    throw invalid({
      problem: 'the payload cannot be so long',
      given: payloadBytes,
      allowed: `0 to ${most} bytes: ${layout.cellCount} cells`,
    });
  }
  return { layout, unit: readUnit(bytes), payloadBytes };
}

function readLayout(bytes: Buffer): HdrLayout {
  const digits = bytes.readInt32BE(12);
  if (digits < 0 || digits > 5) {
    throw invalid({ problem: 'no such significant digits', given: digits, allowed: '0 to 5' });
  }
  const lowest = bytes.readBigInt64BE(16);
  const most = 2n ** BigInt(61 - magnitudeOf(digits));
  if (lowest < 1n || lowest > most) {
    throw invalid({ problem: 'no such lowest number', given: lowest, allowed: `1 to ${most}` });
  }
  const highest = bytes.readBigInt64BE(24);
  if (highest < 2n * lowest) {
    const allowed = `at least ${2n * lowest}, twice the lowest`;
    throw invalid({ problem: 'no such highest number', given: highest, allowed });
  }
  // Java's largest long would be rounded up to the power of two behind it.
  const largest = 2 ** 63 - 1024;
  const asNumber = Math.min(Number(highest), largest);
  return new HdrLayout({ digits, lowest: Number(lowest), highest: asNumber });
}

function readUnit(bytes: Buffer): number {
  const unit = bytes.readDoubleBE(32);
  // hdr-histogram-js writes the integer 1 where a double belongs.
  if (unit === Number.MIN_VALUE) return 1;
  if (unit > 0 && Number.isFinite(unit)) return unit;
  throw invalid({ problem: 'no such unit', given: unit, allowed: 'a number above 0' });
}

function decodeCounts(bytes: Buffer, cellCount: number): HdrCounts {
  const index: number[] = [];
  const counts: number[] = [];
  let cell = 0;
  for (let at = headerBytes; at < bytes.length; ) {
    const start = at;
    let byte = bytes[at++]!;
    const isNegative = byte % 2 === 1;
    let magnitude = (byte % 128) >>> 1;
    for (let factor = 64; byte >= 0x80 && at - start < longestNumber; factor *= 128) {
      if (at === bytes.length) throw invalid({ problem: `the histogram ends in a number` });
      byte = bytes[at++]!;
      magnitude += (at - start < longestNumber ? byte % 128 : byte) * factor;
    }
    if (magnitude > Number.MAX_SAFE_INTEGER) {
      throw invalid({
        problem: `the number at byte ${start} is too large`,
        given: magnitude,
        allowed: `up to ${Number.MAX_SAFE_INTEGER}`,
      });
    }
    if (!isNegative && magnitude > 0) {
      index.push(cell);
      counts.push(magnitude);
    }
    cell += isNegative ? magnitude + 1 : 1;
    if (cell <= cellCount) continue;
    throw invalid({
      problem: `the number at byte ${start} is for a cell that is not there`,
      given: cell - 1,
      allowed: `cells 0 to ${cellCount - 1}`,
    });
  }
  return { index: Int32Array.from(index), counts: Float64Array.from(counts) };
}

function need(bytes: Buffer, length: number): void {
  if (bytes.length >= length) return;
  const allowed = `at least ${length} bytes`;
  throw invalid({ problem: 'the histogram is cut off', given: bytes.length, allowed });
}

function checkLength(what: string, said: number, has: number): void {
  if (said === has) return;
  const problem = said > has ? `${what} is cut off` : `bytes follow ${what}`;
  throw invalid({ problem, given: has, allowed: `${said} bytes, as it says itself` });
}

function invalid(details: ErrorDetails): EncodingError {
  return new EncodingError('VSR_METRICS_ENCODING_INVALID', details);
}
