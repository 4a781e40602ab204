// Numbers inside labels are text to whoever stores them, so OpenMetrics asks all exposers to write
// them alike: as Go's %g does, with .0 where nothing else marks them as floats.

/**
 * A finite number as the value of `le`.
 *
 * @example
 * canonicalNumber(1); // '1.0'
 * canonicalNumber(0.00001); // '1e-05'
 * canonicalNumber(2500000); // '2.5e+06'
 */
export function canonicalNumber(value: number): string {
  const [mantissa, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent > 5) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
