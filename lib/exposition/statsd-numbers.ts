// Numbers as StatsD has them. Values are written as JavaScript does: every server reads exponents.
// Sample rates are not: some look for digits and a point only.

/** What no double is longer than: -0.0000012345678901234567. */
export const longestNumber = 25;

/** What no sample rate is longer than. */
export const longestRate = 36;

/**
 * The sample rate that stands for `count` values. Servers count 1 / rate, cut to a whole number, so
 * that it must not come out below: 1 / (1 / 49) is less than 49.
 */
export function rateOf(count: number): string {
  // As many digits as tell it from its neighbours.
  const digits = 18 + Math.floor(Math.log10(count));
  for (let rate = 1 / count; ; rate *= 1 - 2 ** -53) {
    const text = rate.toFixed(Math.min(34, digits)).replace(/0+$/, '');
    if (1 / Number(text) >= count) return text;
  }
}
