// Numbers and lines for a screen of 80 columns.

export const screenWidth = 80;

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

/** In full as long as it is short: `1234567`, `12.35M`. */
export function formatNumber(value: number): string {
  return Math.abs(value) < 1e7 ? String(Math.round(value)) : compact.format(value);
}

/** `845µs`, `1.23ms`, `3.2s` */
export function formatMilliseconds(ms: number): string {
  if (ms < 1) return `${Number((ms * 1000).toPrecision(3))}µs`;
  return ms < 1000 ? `${Number(ms.toPrecision(3))}ms` : `${Number((ms / 1000).toPrecision(3))}s`;
}

/** Exactly so many columns: cut, or filled up with spaces. */
export function fitTo(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}~` : text.padEnd(width);
}

/** Words, or other pieces that stay whole, in lines of at most `width` columns. */
export function wrap(pieces: readonly string[], width = screenWidth, gap = ' '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && line.length + gap.length + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line = line === '' ? piece : `${line}${gap}${piece}`;
    }
  }
  return [...lines, line];
}

/** A term and what it means, in two columns; a long term gets a line of its own. */
export function entry(term: string, meaning: string, column = 24): string {
  const lines = wrap(meaning.split(' '), screenWidth - column);
  const start = `  ${term}`;
  const fits = start.length + 2 <= column;
  const rest = (fits ? lines.slice(1) : lines).map((line) => ' '.repeat(column) + line);
  return [fits ? start.padEnd(column) + lines[0]! : start, ...rest].join('\n');
}
