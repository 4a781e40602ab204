// Names of metrics and labels: what every version of Prometheus can read, and how other names, which
// only newer scrapers take as they are, are rewritten for everyone else:
//
//   allow-utf-8   http.server duration   {"http.server duration"} 1
//   underscores   http_server_duration
//   dots          http_dot_server_duration      every underscore becomes two
//   values        U__http_2E_server_20_duration

/** Names that all scrapers can read. Label names have no colon. */
export const metricNamePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
export const labelNamePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Half of a pair of UTF-16 units: no UTF-8 can be written for it. */
export const loneSurrogate = /\p{Surrogate}/u;

/** How names are written that Prometheus' older versions cannot read. */
export type NameEscaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

export const nameEscapings: readonly NameEscaping[] = [
  'allow-utf-8',
  'underscores',
  'dots',
  'values',
];

export function escapeName(name: string, pattern: RegExp, escaping: NameEscaping): string {
  switch (escaping) {
    case 'allow-utf-8':
      return name;
    case 'underscores':
      return mapCharacters(name, pattern, { other: () => '_' });
    case 'dots':
      return mapCharacters(name, pattern, {
        underscore: '__',
        other: (character) => (character === '.' ? '_dot_' : '_'),
      });
    case 'values': {
      if (pattern.test(name)) return name;
      const other = (character: string) =>
        `_${character.codePointAt(0)!.toString(16).toUpperCase()}_`;
      return `U__${mapCharacters(name, pattern, { underscore: '__', other })}`;
    }
  }
}

function mapCharacters(
  name: string,
  pattern: RegExp,
  { underscore = '_', other }: { underscore?: string; other(character: string): string },
): string {
  let written = '';
  for (const character of name) {
    if (character === '_') written += underscore;
    // A digit is none only at the start.
    else if (pattern.test(written === '' ? character : `_${character}`)) written += character;
    else written += other(character);
  }
  return written;
}
