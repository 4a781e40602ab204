// Numbers and durations as PromQL writes them.

const decimal =
  /^(\d+(_\d+)*\.?|\d*(_\d+)*\.\d+(_\d+)*|\d+(_\d+)*\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?$/;
const hexadecimal = /^0[xX]_?[0-9a-fA-F]+(_[0-9a-fA-F]+)*$/;
const octal = /^0_?[0-7]+(_[0-7]+)*$/;
const duration = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** From years down to milliseconds, as `duration` captures them. */
const units = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** What Prometheus can count in nanoseconds: 292 years. */
const longestMs = 9_223_372_036_854;

/** A number as written, without its sign; undefined when it is none. */
export function readNumber(text: string): number | undefined {
  const word = text.toLowerCase();
  if (word === 'inf') return Number.POSITIVE_INFINITY;
  if (word === 'nan') return Number.NaN;
  const digits = text.replaceAll('_', '');
  // Whole numbers are read as Go reads them: a leading zero means octal, if the digits allow.
  if (octal.test(text)) return Number(`0o${digits}`);
  if (hexadecimal.test(text)) {
    const value = Number(digits);
    return value < 2 ** 63 ? value : undefined;
  }
  if (!decimal.test(text)) return undefined;
  // What no double can hold is refused, as Prometheus does.
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}

/** A duration as written; undefined when it is none, or longer than Prometheus can say. */
export function readDuration(text: string): number | undefined {
  const found = text === '' ? null : duration.exec(text);
  if (found === null) return undefined;
  let sum = 0;
  for (const [index, [, unitMs]] of units.entries()) sum += Number(found[index + 1] ?? 0) * unitMs;
  return sum <= longestMs ? sum : undefined;
}

/** `1h30m`, `250ms`, `-5m`. */
export function printDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${printDuration(-milliseconds)}`;
  let rest = milliseconds;
  let text = '';
  for (const [unit, unitMs] of units) {
    // Years and weeks only as such: 390 days say more than a year, three weeks and four days.
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text === '' ? '0s' : text;
}

/** A number so that reading it gives the same one. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
