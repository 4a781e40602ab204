// Arithmetic where JavaScript and Prometheus, which is written in Go, differ.

import type { ArithmeticOperator, ComparisonOperator } from '../expression.js';

export function calculate(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
  }
}

/** What is 1 whatever it is raised to, and what is 1 raised to whatever, even to what is no number. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

export function compares(operator: ComparisonOperator, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
  }
}

/** Of two, infinity even where the other is no number. */
export function larger(a: number, b: number): number {
  if (a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY) {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(a, b);
}

export function smaller(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY) {
    return Number.NEGATIVE_INFINITY;
  }
  return Math.min(a, b);
}

/** A sum that carries along what rounding took away (Kahan, with Neumaier's change). */
export class ExactSum {
  sum: number;
  lost = 0;

  constructor(first = 0) {
    this.sum = first;
  }

  add(value: number): void {
    const { sum } = this;
    const next = sum + value;
    if (Math.abs(next) === Number.POSITIVE_INFINITY) this.lost = 0;
    else if (Math.abs(sum) >= Math.abs(value)) this.lost += sum - next + value;
    else this.lost += value - next + sum;
    this.sum = next;
  }

  get total(): number {
    return this.sum + this.lost;
  }
}

/** A mean that does not overflow where the sum would. */
export class ExactMean {
  readonly #sum: ExactSum;
  #count = 1;
  #isIncremental = false;

  constructor(first: number) {
    this.#sum = new ExactSum(first);
  }

  add(value: number): void {
    const sum = this.#sum;
    const count = ++this.#count;
    if (!this.#isIncremental) {
      const [before, lost] = [sum.sum, sum.lost];
      sum.add(value);
      if (Math.abs(sum.sum) !== Number.POSITIVE_INFINITY) return;
      // From here on the mean itself is carried along instead.
      this.#isIncremental = true;
      sum.sum = before / (count - 1);
      sum.lost = lost / (count - 1);
    }
    const share = (count - 1) / count;
    sum.sum *= share;
    sum.lost *= share;
    sum.add(value / count);
  }

  get mean(): number {
    if (this.#isIncremental) return this.#sum.total;
    return this.#sum.sum / this.#count + this.#sum.lost / this.#count;
  }
}

/** Numbers between which a quantile lies; those that are none come first. Sorts the array. */
export function quantileOf(quantile: number, values: number[]): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  values.sort(ascending);
  const rank = quantile * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const weight = rank - Math.floor(rank);
  if (weight === 0) return values[lower]!;
  const upper = Math.min(values.length - 1, lower + 1);
  return values[lower]! * (1 - weight) + values[upper]! * weight;
}

function ascending(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In digits alone, however many, as Go's format f has it. */
export function plainDigits(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent] = String(Math.abs(value)).split('e');
  const sign = value < 0 ? '-' : '';
  if (exponent === undefined) return `${sign}${digits}`;
  const [whole = '', fraction = ''] = digits.split('.');
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(shift, '0')}`;
}
