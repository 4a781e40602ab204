// Units, as the words at the end of metric names.

/** Units of time, and how many of them a second has. */
const perSecond: ReadonlyMap<string, number> = new Map([
  ['seconds', 1],
  ['s', 1],
  ['milliseconds', 1e3],
  ['ms', 1e3],
  ['microseconds', 1e6],
  ['us', 1e6],
  ['nanoseconds', 1e9],
  ['ns', 1e9],
  ['minutes', 1 / 60],
  ['hours', 1 / 3600],
  ['days', 1 / 86400],
]);

/**
 * Units that a name is understood to end in when its family does not declare one. Only full words
 * and the abbreviations that the documented names use: a name that ends in `_s` may mean anything.
 */
const inferred: ReadonlySet<string> = new Set([
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
  'minutes',
  'hours',
  'days',
  'ms',
  'us',
  'ns',
  'bytes',
  'ratio',
  'percent',
  'celsius',
  'joules',
  'volts',
  'amperes',
  'meters',
  'grams',
]);

/**
 * How many of a unit of time a second has; undefined when the unit is not one of time.
 *
 * @example
 * unitsPerSecond('ms'); // 1000
 */
export function unitsPerSecond(unit: string | undefined): number | undefined {
  return unit === undefined ? undefined : perSecond.get(unit);
}

/** A whole number; undefined when the unit is not one of time. */
export function nanosecondsPerUnit(unit: string | undefined): number | undefined {
  const perSecond = unitsPerSecond(unit);
  return perSecond === undefined ? undefined : Math.round(1e9 / perSecond);
}

/** The unit that a metric name ends in, `_total` aside. */
export function inferUnit(name: string): string | undefined {
  const stem = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  const last = stem.slice(stem.lastIndexOf('_') + 1);
  return last !== stem && inferred.has(last) ? last : undefined;
}

// Prometheus' own linter (promtool check metrics) looks for these words anywhere in a name. The
// same words are looked for here, so that what a catalogue waives is what promtool remarks on.

const baseOf: ReadonlyMap<string, string> = new Map([
  ['minutes', 'seconds'],
  ['hours', 'seconds'],
  ['days', 'seconds'],
  ['weeks', 'seconds'],
  ['kelvins', 'kelvin'],
  ['fahrenheit', 'celsius'],
  ['rankine', 'celsius'],
  ['inches', 'meters'],
  ['yards', 'meters'],
  ['miles', 'meters'],
  ['bits', 'bytes'],
  ['calories', 'joules'],
  ['pounds', 'grams'],
  ['ounces', 'grams'],
  ['percent', 'ratio'],
]);

const scalable = [
  'amperes',
  'bytes',
  'celsius',
  'grams',
  'joules',
  'kelvin',
  'meters',
  'metres',
  'seconds',
  'volts',
  ...baseOf.keys(),
];

const prefixed =
  /^(pico|nano|micro|milli|centi|deci|deca|hecto|kilo|kibi|mega|mebi|mibi|giga|gibi|tera|tebi|peta|pebi)(.+)$/;

const abbreviations: ReadonlyMap<string, string> = new Map([
  ['s', 'seconds'],
  ['ms', 'seconds'],
  ['us', 'seconds'],
  ['ns', 'seconds'],
  ['sec', 'seconds'],
  ['m', 'seconds or meters'],
  ['h', 'seconds'],
  ['d', 'seconds'],
  ['b', 'bytes'],
  ['kb', 'bytes'],
  ['mb', 'bytes'],
  ['gb', 'bytes'],
  ['tb', 'bytes'],
  ['pb', 'bytes'],
]);

/** The first word of a name that is not a base unit, and the base unit to use instead. */
export function findUnusualUnit(name: string): { word: string; base: string } | undefined {
  for (const [position, word] of name.toLowerCase().split('_').entries()) {
    const base = baseOf.get(word) ?? (position > 0 ? abbreviations.get(word) : undefined);
    if (base !== undefined) return { word, base };
    const unit = prefixed.exec(word)?.[2];
    if (unit !== undefined && scalable.includes(unit)) {
      return { word, base: baseOf.get(unit) ?? unit };
    }
  }
  return undefined;
}
