// What settings may be: as text in a variable of the environment, or as a value of TOML.

/** One kind of value. Both readers give undefined when it does not fit. */
export interface Kind<T> {
  /** In words. */
  readonly allowed: string;
  /** It is never shown, in no message. */
  readonly isSecret?: boolean;
  fromText(text: string): T | undefined;
  fromToml(value: unknown): T | undefined;
}

export const text: Kind<string> = {
  allowed: 'text',
  fromText: (given) => given,
  fromToml: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

export const secret: Kind<string> = { ...text, isSecret: true };

const flags = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export const flag: Kind<boolean> = {
  allowed: 'true or false',
  fromText: (given) => flags.get(given.toLowerCase()),
  fromToml: (value) => (typeof value === 'boolean' ? value : undefined),
};

export function whole(least: number, most: number): Kind<number> {
  return number(`a whole number from ${least} to ${most}`, (value) =>
    Number.isInteger(value) && value >= least && value <= most ? value : undefined,
  );
}

/** Seconds that become milliseconds. */
export function seconds(least: number, most: number): Kind<number> {
  return number(`seconds from ${least} to ${most}`, (value) =>
    value >= least && value <= most ? Math.round(value * 1000) : undefined,
  );
}

function number(allowed: string, fitting: (value: number) => number | undefined): Kind<number> {
  return {
    allowed,
    fromText: (given) => (/^\d+(\.\d+)?$/.test(given) ? fitting(Number(given)) : undefined),
    fromToml: (value) => (typeof value === 'number' ? fitting(value) : undefined),
  };
}

/** Names and texts: a table, or `NAME=VALUE,NAME=VALUE`. */
export const labels: Kind<Readonly<Record<string, string>>> = {
  allowed: 'labels: in a file a table of texts, in the environment NAME=VALUE,NAME=VALUE',
  fromText(given) {
    const pairs = given.split(',').map((pair) => /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair));
    if (pairs.includes(null)) return undefined;
    return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]!.trim()]));
  },
  fromToml(value) {
    if (!isTable(value)) return undefined;
    const entries = Object.entries(value);
    const areTexts = entries.every(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return areTexts ? Object.fromEntries(entries) : undefined;
  },
};

/** Several texts: a list, or `ONE,OTHER`. */
export const texts: Kind<readonly string[]> = {
  allowed: 'texts: in a file a list of them, in the environment ONE,OTHER',
  fromText(given) {
    const all = given.split(',').map((each) => each.trim());
    return all.includes('') ? undefined : all;
  },
  fromToml: (value) =>
    Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
      ? (value as string[])
      : undefined,
};

export type Table = Readonly<Record<string, unknown>>;

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
