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

/** As %.Nf of Go: what is exactly halfway goes to the even neighbour. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  // From here on JavaScript writes exponents.
  if (size >= 1e21) return `${sign}${BigInt(size)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;
  const rounded = size.toFixed(digits);
  // toFixed rounds up when it is exactly halfway. So many digits show whether it is.
  const rest = size.toFixed(60).split('.')[1]!.slice(digits);
  const isOdd = /[13579]$/.test(rounded);
  if (!/^50*$/.test(rest) || !isOdd) return `${sign}${rounded}`;
  return `${sign}${(Number(rounded) - 10 ** -digits).toFixed(digits)}`;
}

/** As %.4g of Go. */
function fourDigits(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const sign = value < 0 ? '-' : '';
  const [digits, power] = fourDigitsOf(Math.abs(value));
  if (power >= -4 && power < 4) return `${sign}${Number(`${digits}e${power}`)}`;
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${sign}${Number(digits)}e${power < 0 ? '-' : '+'}${size}`;
}

/** `1.235` and its power of ten; what is exactly halfway goes to the even neighbour. */
function fourDigitsOf(size: number): [digits: string, power: number] {
  const exact = size.toExponential(60);
  const isHalf = /^\d\.\d{3}50*e/.test(exact);
  const isEven = /^\d\.\d\d[02468]/.test(exact);
  const text = isHalf && isEven ? exact : size.toExponential(3);
  return [text.slice(0, 5), Number(text.slice(text.indexOf('e') + 1))];
}

function notFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
