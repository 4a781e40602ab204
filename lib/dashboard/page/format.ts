// Numbers and labels as people read them.

export type Labels = Readonly<Record<string, string>>;

/** Four significant digits, with a prefix from ten thousand on: 12.35k. */
export function formatNumber(value: number | null | undefined): string {
  if (!isNumber(value)) return noValue;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size < 10_000) {
    if (Number.isInteger(value)) return String(value);
    if (size < 0.0001) return value.toExponential(2);
    return String(Number(value.toPrecision(4)));
  }
  const [factor, prefix] = prefixes.find(([least]) => size >= least)!;
  return `${Number((value / factor).toPrecision(4))}${prefix}`;
}

/** Counts in full, as the API has them. */
export function formatWhole(value: number | null | undefined): string {
  return isNumber(value) ? String(value) : noValue;
}

/** With its unit, in the prefix that makes it short: 0.00042 seconds are 420 µs. */
export function formatQuantity(value: number | null | undefined, unit: string): string {
  if (!isNumber(value) || !Number.isFinite(value)) return formatNumber(value);
  const scale = scales[unit];
  if (scale === undefined) {
    const suffix = suffixes[unit];
    return suffix === undefined ? formatNumber(value) : `${short(value)} ${suffix}`;
  }
  if (value === 0) return `0 ${scale.zero}`;
  const amount = Math.abs(value) * scale.factor;
  const [least, name] = scale.steps.find(([least]) => amount >= least) ?? scale.steps.at(-1)!;
  return `${short((value * scale.factor) / least)} ${name}`;
}

/**
 * The unit that a family's values are in, or its name says; '' when they count something. Counters
 * are shown by the second.
 */
export function unitOf({ unit, name, kind }: UnitSource): string {
  const own = unit ?? (/_bytes(_|$)/.test(name) ? 'bytes' : '');
  if (kind !== 'counter') return own;
  return own === 'bytes' ? 'bytes_per_sec' : 'per_sec';
}

interface UnitSource {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: string | null;
}

const noValue = '–';

const prefixes = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

const times = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
] as const;

const sizes = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
] as const;

const scales: Readonly<Record<string, Scale>> = {
  seconds: { factor: 1, zero: 's', steps: times },
  ms: { factor: 1e-3, zero: 'ms', steps: times },
  bytes: { factor: 1, zero: 'B', steps: sizes },
  bytes_per_sec: {
    factor: 1,
    zero: 'B/s',
    steps: sizes.map(([least, name]) => [least, `${name}/s`] as const),
  },
};

interface Scale {
  readonly factor: number;
  readonly zero: string;
  readonly steps: readonly (readonly [least: number, name: string])[];
}

const suffixes: Readonly<Record<string, string>> = {
  percent: '%',
  per_sec: '/s',
  ops_per_sec: '/s',
};

/** Three significant digits, and whole numbers from a hundred on. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return formatNumber(value);
  return String(size >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/** All labels, as the API has them. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** What a line is called: without the labels that all the others share. */
export function shortName(labels: Labels, hidden: ReadonlySet<string>): string {
  return Object.entries(labels)
    .filter(([name, value]) => !hidden.has(name) && value !== '')
    .map(([name, value]) => `${name.replace(/_id$/, '')} ${value}`)
    .join(', ');
}

/** Labels that have the same value everywhere tell nothing apart. */
export function sharedLabels(all: readonly Labels[]): Set<string> {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return new Set();
  return new Set(
    Object.keys(first).filter((name) => others.every((labels) => labels[name] === first[name])),
  );
}

/** The time of day here, of unix milliseconds. */
export function formatTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** 2 before 10. */
export function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
