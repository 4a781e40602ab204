// The values that histograms are given: 2^20 different ones, log-uniform in [0.05, 500), in an order
// without pattern: too many for a branch predictor to learn. Made from square roots and products
// alone, which round alike everywhere, so that other languages can make the same to the bit.

export const valueCount = 1 << 20;

let made: Float64Array | undefined;

/** Use it as `values[index & (valueCount - 1)]`. Made once a process; nobody changes it. */
export function generateValues(): Float64Array {
  made ??= makeValues();
  return made;
}

function makeValues(): Float64Array {
  const factors: number[] = [];
  for (let factor = Math.sqrt(10_000); factors.length < 20; factor = Math.sqrt(factor)) {
    factors.push(factor);
  }
  const values = new Float64Array(valueCount);
  for (let number = 0; number < valueCount; number++) {
    let product = 0.05;
    for (let bit = 0; bit < 20; bit++) {
      if ((number >>> (19 - bit)) & 1) product *= factors[bit]!;
    }
    values[number] = product;
  }
  // Fisher and Yates' shuffle, driven by xorshift.
  let state = 2_463_534_242;
  for (let index = valueCount - 1; index > 0; index--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (index + 1);
    [values[index], values[other]] = [values[other]!, values[index]!];
  }
  return values;
}

/** FNV-1a over the 32-bit halves, low one first: a peer in another language prints the same. */
export function valuesDigest(values: Float64Array = generateValues()): string {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  let hash = 2_166_136_261;
  for (let offset = 0; offset < values.byteLength; offset += 4) {
    hash = Math.imul(hash ^ view.getUint32(offset, true), 16_777_619);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
