// Values with their unit, in eight columns.

import { unitsPerSecond } from '../../core/catalogue/units.js';
import { formatNumber, withLetter } from '../text.js';

const steps = [
  { limit: 1e-6, factor: 1e9, unit: 'ns' },
  { limit: 1e-3, factor: 1e6, unit: 'µs' },
  { limit: 1, factor: 1e3, unit: 'ms' },
  { limit: 120, factor: 1, unit: 's' },
  { limit: 7200, factor: 1 / 60, unit: 'min' },
  { limit: 172_800, factor: 1 / 3600, unit: 'h' },
  { limit: Number.POSITIVE_INFINITY, factor: 1 / 86_400, unit: 'd' },
] as const;

/** Times in the unit that suits them, bytes with a B, anything else as a number. */
export function formatQuantity(value: number, unit: string | undefined): string {
  const perSecond = unitsPerSecond(unit);
  if (perSecond !== undefined) return formatSeconds(value / perSecond);
  const size = Math.abs(value);
  if (unit !== 'bytes' || !(size >= 1 && size < 1e18)) return formatNumber(value);
  return `${size < 1000 ? formatNumber(value) : withLetter(value)}B`;
}

/** A time span, as in `845µs` or `3.2h`. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (!Number.isFinite(seconds) || size > 1e10) return formatNumber(seconds);
  // Less than a hundredth of a nanosecond is nothing that was measured.
  if (size < 1e-11) return '0';
  const step = steps.find(({ limit }) => size < limit)!;
  const value = seconds * step.factor;
  return `${Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3))}${step.unit}`;
}
