// Damage to a region file: a few of its bytes changed, at random but the same for the same number.

import { ftruncateSync, writeSync } from 'node:fs';

interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

const extremes = [
  0n,
  1n,
  7n,
  63n,
  4095n,
  4096n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  1n << 46n,
  1n << 62n,
  1n << 63n,
  (1n << 64n) - 1n,
  0x7ff8_0000_0000_0000n, // NaN
  0x7ff0_0000_0000_0000n, // infinity
];

const meaningful = new WeakMap<Buffer, number[]>();

/** Where words lie that hold something, or that lie beside one that does. */
function wordsOf(sound: Buffer): number[] {
  const known = meaningful.get(sound);
  if (known !== undefined) return known;
  const words: number[] = [];
  let lastHeld = -16;
  for (let at = 0; at + 8 <= sound.length; at += 8) {
    if (sound.readBigUInt64LE(at) !== 0n) lastHeld = at;
    if (at - lastHeld <= 8) words.push(at);
  }
  meaningful.set(sound, words);
  return words;
}

export class Damage {
  readonly #sound: Buffer;
  readonly #patches: readonly Patch[];
  readonly #length: number;
  #state: number;

  constructor(sound: Buffer, number: number) {
    this.#sound = sound;
    this.#state = (number * 2_654_435_761 + 88_172_645) >>> 0 || 1;
    this.#patches = Array.from({ length: 1 + this.#below(4) }, () => this.#patch());
    const isCut = this.#below(12) === 0;
    this.#length = isCut ? this.#below(sound.length) : sound.length;
  }

  apply(descriptor: number): void {
    for (const { at, bytes } of this.#patches) writeSync(descriptor, bytes, 0, bytes.length, at);
    if (this.#length < this.#sound.length) ftruncateSync(descriptor, this.#length);
  }

  /** Makes a file of full length what it was. */
  mend(descriptor: number): void {
    const sound = this.#sound;
    for (const { at, bytes } of this.#patches) writeSync(descriptor, sound, at, bytes.length, at);
    if (this.#length < sound.length) {
      writeSync(descriptor, sound, this.#length, sound.length - this.#length, this.#length);
    }
  }

  #patch(): Patch {
    const at = this.#word();
    const bytes = Buffer.from(this.#sound.subarray(at, at + 8));
    const kind = this.#below(5);
    if (kind === 0) {
      bytes[this.#below(8)]! ^= 1 << this.#below(8);
    } else if (kind === 1) {
      bytes.writeBigUInt64LE(extremes[this.#below(extremes.length)]!);
    } else if (kind === 2) {
      const half = Number(extremes[this.#below(extremes.length)]! & 0xffff_ffffn);
      bytes.writeUInt32LE(half, 4 * this.#below(2));
    } else if (kind === 3) {
      this.#sound.copy(bytes, 0, this.#word()); // what stands elsewhere
    } else {
      const near = bytes.readBigUInt64LE() + BigInt(this.#below(5) - 2);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, near));
    }
    return { at, bytes };
  }

  #word(): number {
    const words = wordsOf(this.#sound);
    // Names and the header are few beside cells: every other time one of the first.
    const among = this.#below(2) === 0 ? Math.min(words.length, 200) : words.length;
    return words[this.#below(among)]!;
  }

  /** A whole number from 0 to below `limit`: xorshift. */
  #below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}
