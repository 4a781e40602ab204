// A checksum of text that fits a double: 53 bits, so that it travels in JSON and compares with ===.
// It finds damage, not forgery; messages are authenticated by messages/signature.ts.

/**
 * The checksum of a text.
 *
 * @example
 * checksumOf('deposit 1 20') === checksumOf('deposit 1 21'); // false
 */
export function checksumOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    // Lets the upper bits reach the lower ones, which a multiplication alone does not.
    high ^= high >>> 15;
  }
  low ^= low >>> 16;
  low = Math.imul(low, 0x85ebca6b) ^ high;
  low ^= low >>> 13;
  return (low >>> 0) + ((high ^ (low >>> 7)) & 0x1fffff) * 2 ** 32;
}
