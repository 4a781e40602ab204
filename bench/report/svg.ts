// Elements of HTML and SVG as text. Everything that is given is escaped.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

export type Attributes = Readonly<Record<string, string | number>>;

/**
 * `content` is markup already; numbers in attributes are rounded, since a pixel has no fractions.
 *
 * @example
 * element('text', { x: 4, y: 12.3456 }, escapeText('a < b'));
 */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
    return ` ${key}="${escapeText(text)}"`;
  });
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** Text inside a drawing. */
export function label(x: number, y: number, text: string, more: Attributes = {}): string {
  return element('text', { x, y, ...more }, escapeText(text));
}

/** A drawing that is as wide as its place, and as high as that makes it. */
export function drawing(width: number, height: number, title: string, content: string): string {
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title };
  return element('svg', attributes, content);
}
