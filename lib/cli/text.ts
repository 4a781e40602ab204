// Text for terminals: widths, numbers, columns.

/** Wide characters of East Asia and emoji take two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;
// Marks that sit on the character before, and characters that are not seen.
const invisible = /^[\p{Mark}\u200b-\u200f\u2060]$/u;
// What a terminal would act on instead of showing it, also text that runs from right to left.
const active = /[\p{Control}\p{Surrogate}\u2028-\u202e\u2066-\u2069]/gu;

/** The text with every character that a terminal would obey replaced: files may hold anything. */
export function printable(text: string): string {
  return text.replace(active, '\ufffd');
}

/** The same for texts of several lines, whose ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(active, (character) => ('\n\t'.includes(character) ? character : '\ufffd'));
}

/** How many columns a terminal needs for it. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (invisible.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Exactly so many columns: cut with an ellipsis, or filled up with spaces. */
export function fitTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = widthOf(text) > width ? cutTo(text, width) : text;
  const padding = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return align === 'left' ? cut + padding : padding + cut;
}

/** At most so many columns. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let cut = '';
  let used = 0;
  for (const character of text) {
    const next = widthOf(character);
    if (used + next > width - 1) break;
    cut += character;
    used += next;
  }
  return `${cut}~`;
}

/** Rows as lines; the first column left, the others right, two spaces between. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => fitTo(cell, widths[column]!, column === 0 ? 'left' : 'right'))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/**
 * A number in at most eight characters: whole ones in full as long as they are that short.
 *
 * @example
 * formatNumber(1234567); // '1234567'
 * formatNumber(12345678); // '12.35M'
 * formatNumber(0.001234); // '0.00123'
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
  const size = Math.abs(value);
  if (size < 1e7 && (Number.isInteger(value) || size >= 1000)) return String(Math.round(value));
  if (size >= 1e15 || (size < 1e-3 && size > 0)) return value.toExponential(2);
  if (size >= 1000) return withLetter(value);
  return trimZeros(value.toPrecision(size < 1 ? 3 : 4));
}

/** Four digits and a letter, as in `12.35M`, of a number that is at least a thousand. */
export function withLetter(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const step = Math.min(5, Math.floor(Math.log10(Math.abs(rounded)) / 3));
  return `${trimZeros((rounded / 1e3 ** step).toPrecision(4))}${' kMGTP'[step]}`;
}

function trimZeros(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}
