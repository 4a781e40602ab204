// What the texts of alerts are made of: the labels and the value of what fires. The same function
// makes a template for Prometheus, and the text itself where labels and value are known.

/** How a value can be shown. */
export interface ValueWords {
  /** Without digits behind the point. */
  readonly whole: string;
  /** With two. */
  readonly decimals: string;
  /** Of a ratio. */
  readonly percentage: string;
}

export interface Words<L extends string> {
  readonly labels: { readonly [Name in L]: string };
  readonly value: ValueWords;
}

/** For Prometheus, which fills in labels and value. */
export const templates: Words<string> = {
  labels: new Proxy({}, { get: (_, name) => `{{ $labels.${String(name)} }}` }),
  value: {
    whole: '{{ printf "%.0f" $value }}',
    decimals: '{{ printf "%.2f" $value }}',
    percentage: '{{ $value | humanizePercentage }}',
  },
};

/** For one that fires, as Prometheus would fill it in. */
export function wordsOf(labels: Readonly<Record<string, string>>, value: number): Words<string> {
  return {
    labels: new Proxy(labels, { get: (all, name) => all[String(name)] ?? '' }),
    value: {
      whole: fixed(value, 0),
      decimals: fixed(value, 2),
      percentage: `${fourDigits(value * 100)}%`,
    },
  };
}

/** As %.Nf of Go: what is halfway goes to the even neighbour. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const text = value.toFixed(digits);
  const scaled = value * 10 ** digits;
  const isHalf = Math.abs(scaled % 1) === 0.5 && Number.isInteger(scaled * 2);
  if (!isHalf) return text;
  return ((2 * Math.round(scaled / 2)) / 10 ** digits).toFixed(digits);
}

/** As %.4g of Go. */
function fourDigits(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const exponent = Number(value.toExponential(3).split('e')[1]);
  if (exponent >= -4 && exponent < 4) return String(Number(value.toPrecision(4)));
  const [digits, power] = value.toExponential(3).split('e') as [string, string];
  const size = String(Math.abs(Number(power))).padStart(2, '0');
  return `${Number(digits)}e${power.startsWith('-') ? '-' : '+'}${size}`;
}

function notFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
