// The Accept header of HTTP, read as RFC 9110 has it. What cannot be read is left out.

/** One element of the header: `text/plain;version=0.0.4;q=0.3`. */
export interface MediaRange {
  /** Both in lower case; `*` is any. */
  readonly type: string;
  readonly subtype: string;
  /** Without `q`; names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1; 0 refuses. */
  readonly quality: number;
}

// Separators inside quotes do not separate; a quote that is never closed ends with the header.
const elements = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/gs;
const parts = /(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/gs;

const mediaType = /^([\w!#$%&'*+.^`|~-]+)\/([\w!#$%&'*+.^`|~-]+)$/;

/**
 * The media ranges of a header, in its order.
 *
 * @example
 * parseAccept('text/plain;version=0.0.4;q=0.3, *\/*;q=0.1')[0].quality; // 0.3
 */
export function parseAccept(header: string): MediaRange[] {
  return (header.match(elements) ?? []).flatMap((element) => parseElement(element) ?? []);
}

function parseElement(element: string): MediaRange | undefined {
  const [name = '', ...rest] = element.match(parts) ?? [];
  const [, type, subtype] = mediaType.exec(name.trim().toLowerCase()) ?? [];
  if (type === undefined || subtype === undefined) return undefined;
  if (type === '*' && subtype !== '*') return undefined;

  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    parameters.set(part.slice(0, equals).trim().toLowerCase(), unquote(part.slice(equals + 1)));
  }
  const quality = parseQuality(parameters.get('q'));
  if (quality === undefined) return undefined;
  parameters.delete('q');
  return { type, subtype, parameters, quality };
}

function unquote(text: string): string {
  const value = text.trim();
  const quoted = /^"(.*)"$/s.exec(value)?.[1];
  return quoted === undefined ? value : quoted.replace(/\\(.)/gs, '$1');
}

/** More digits than the three that are allowed do no harm. */
function parseQuality(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Math.min(1, Number(text)) : undefined;
}
