// Strings as PromQL writes them: quoted as in Go, or raw between back quotes.

const simple: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 },
};

/** What went wrong, and where in the text that was given. */
export interface StringProblem {
  readonly problem: string;
  readonly start: number;
  readonly end: number;
}

/** Resolves a string with its quotes; a problem when an escape makes no sense. */
export function unquote(text: string): string | StringProblem {
  const quote = text[0]!;
  const inner = text.slice(1, -1);
  // Go leaves out carriage returns of raw strings; nothing else is special there.
  if (quote === '`') return inner;
  if (!inner.includes('\\')) return inner;
  const bytes: Buffer[] = [];
  for (let at = 0; at < inner.length; ) {
    if (inner[at] !== '\\') {
      const next = inner.indexOf('\\', at);
      const plain = inner.slice(at, next < 0 ? inner.length : next);
      bytes.push(Buffer.from(plain));
      at += plain.length;
      continue;
    }
    const escaped = readEscape(inner, at + 1, quote);
    if ('problem' in escaped) {
      return { problem: escaped.problem, start: at + 1, end: escaped.end + 1 };
    }
    bytes.push(escaped.bytes);
    at = escaped.end;
  }
  // Bytes may be escaped one by one, so that only the whole says whether they are text.
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return { problem: 'the bytes of this string are no UTF-8', start: 0, end: text.length };
  }
}

type Escape = { bytes: Buffer; end: number } | { problem: string; end: number };

/** What follows a backslash. */
function readEscape(text: string, at: number, quote: string): Escape {
  const letter = text[at]!;
  const code = letter === quote ? quote.charCodeAt(0) : simple[letter];
  if (code !== undefined) return { bytes: Buffer.of(code), end: at + 1 };
  const [pattern, digits, base] =
    letter === 'x'
      ? ([/^x[0-9a-fA-F]{2}/, 3, 16] as const)
      : letter === 'u'
        ? ([/^u[0-9a-fA-F]{4}/, 5, 16] as const)
        : letter === 'U'
          ? ([/^U[0-9a-fA-F]{8}/, 9, 16] as const)
          : ([/^[0-7]{3}/, 3, 8] as const);
  const end = Math.min(at + digits, text.length);
  const found = text.slice(at, end);
  if (!pattern.test(found)) {
    const isKnown = 'xuU01234567'.includes(letter);
    return isKnown
      ? { problem: 'this escape lacks digits', end }
      : { problem: `there is no escape \\${letter}`, end: at + 1 };
  }
  const value = Number.parseInt(base === 16 ? found.slice(1) : found, base);
  if (letter !== 'u' && letter !== 'U') {
    if (value > 255) return { problem: 'this escape is more than a byte', end };
    return { bytes: Buffer.of(value), end };
  }
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
    return { problem: 'this escape is no character of Unicode', end };
  }
  return { bytes: Buffer.from(String.fromCodePoint(value)), end };
}

/** In double quotes, with the escapes that it needs. */
export function quote(text: string): string {
  const escaped = text.replace(/["\\\p{Cc}]/gu, (letter) => {
    const named = Object.keys(simple).find((name) => simple[name] === letter.charCodeAt(0));
    if (letter === '"') return '\\"';
    if (named !== undefined) return `\\${named}`;
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
