// The options of every part of the library, checked in one place: an option that does not exist is
// refused, with the one that was probably meant, and so is a value that does not fit.
//
//   const checkPing = optionsCheck<PingOptions>('a ping', refuse, {
//     everyMs: whole(1, 86_400_000),
//     address: required(text('HOST:PORT')),
//   });
//   checkPing({ evreyMs: 5 });
//   // a ping has no option "evreyMs"; did you mean everyMs?; allowed: "everyMs", "address"

import {
  AlertsError,
  BudgetError,
  type ErrorDetails,
  ExporterError,
  HealthError,
  RegistryError,
  ServerError,
  type VsrMetricsError,
} from './errors.js';
import { nearest } from './nearest.js';

/** What one option may be. */
export type Kind = Value | Group;

interface Value {
  /** In words, or each of the values. */
  readonly allowed: string | readonly string[];
  readonly fits: (value: unknown) => boolean;
  readonly isRequired?: boolean;
  /** No message shows what was given. */
  readonly isSecret?: boolean;
}

/** Options within an option. */
interface Group {
  readonly kinds: Readonly<Record<string, Kind>>;
}

/** The kind of each option: one that is left out here does not compile. */
export type Kinds<T extends object> = { readonly [Name in keyof Required<T>]: Kind };

/** Makes the error of the part that the options are for. */
export type Refuse = (details: ErrorDetails) => VsrMetricsError;

/** The errors of the parts that have a class of their own. */
export const refusals = {
  alerts: (details: ErrorDetails) => new AlertsError('VSR_METRICS_ALERTS_OPTIONS', details),
  budget: (details: ErrorDetails) => new BudgetError('VSR_METRICS_BUDGET_OPTIONS', details),
  exporter: (details: ErrorDetails) => new ExporterError('VSR_METRICS_EXPORTER_OPTIONS', details),
  health: (details: ErrorDetails) => new HealthError('VSR_METRICS_HEALTH_OPTIONS', details),
  registry: (details: ErrorDetails) => new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', details),
  server: (details: ErrorDetails) => new ServerError('VSR_METRICS_SERVER_OPTIONS', details),
} as const;

/**
 * A function that checks options, and throws what `refuse` makes.
 *
 * @param whose whom the options are for, with its article: 'a server'
 */
export function optionsCheck<T extends object>(
  whose: string,
  refuse: Refuse,
  kinds: Kinds<T>,
): (given: T) => void {
  return (given) => checkAll(given, '', { whose, refuse, kinds });
}

/** Checks one value that is no property of an object of options. */
export function checkOption(
  whose: string,
  refuse: Refuse,
  name: string,
  kind: Kind,
  given: unknown,
): void {
  checkOne(given, name, kind, { whose, refuse });
}

interface Context {
  readonly whose: string;
  readonly refuse: Refuse;
}

function checkAll(
  given: unknown,
  prefix: string,
  { whose, refuse, kinds }: Context & { readonly kinds: Readonly<Record<string, Kind>> },
): void {
  if (!isObject(given) || Array.isArray(given)) {
    const what =
      prefix === ''
        ? `the options of ${whose} do`
        : `the option ${prefix.slice(0, -1)} of ${whose} does`;
    throw refuse({ problem: `${what} not fit`, given, allowed: 'an object' });
  }
  const names = Object.keys(kinds);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(kinds, name)) continue;
    throw refuse({
      problem: `${whose} has no option "${prefix}${name}"`,
      meant: nearest(name, names),
      allowed: names,
    });
  }
  for (const [name, kind] of Object.entries(kinds)) {
    checkOne((given as Record<string, unknown>)[name], `${prefix}${name}`, kind, { whose, refuse });
  }
}

function checkOne(given: unknown, name: string, kind: Kind, context: Context): void {
  if ('kinds' in kind) {
    if (given !== undefined) checkAll(given, `${name}.`, { ...context, kinds: kind.kinds });
    return;
  }
  if (given === undefined ? kind.isRequired !== true : kind.fits(given)) return;
  throw context.refuse({
    problem: `the option ${name} of ${context.whose} does not fit`,
    ...(kind.isSecret !== true && { given }),
    meant: meantBy(given, kind.allowed),
    allowed: kind.allowed,
  });
}

function meantBy(given: unknown, allowed: string | readonly string[]): string | undefined {
  if (typeof allowed === 'string' || typeof given !== 'string') return undefined;
  return nearest(given, allowed);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// ---- kinds ----

/** One that cannot be left out. */
export function required(kind: Value): Value {
  return { ...kind, isRequired: true };
}

/** One that no message may show. */
export function secret(kind: Value): Value {
  return { ...kind, isSecret: true };
}

export function whole(least: number, most: number): Value {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    fits: (value) => Number.isInteger(value) && isWithin(value as number, least, most),
  };
}

/** Any number within these, whole or not. */
export function number(
  least: number,
  most: number,
  allowed = `a number from ${least} to ${most}`,
): Value {
  return { allowed, fits: (value) => typeof value === 'number' && isWithin(value, least, most) };
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** An interval or a time limit, up to a day. */
export const milliseconds = whole(1, 86_400_000);

export const flag: Value = {
  allowed: 'true or false',
  fits: (value) => typeof value === 'boolean',
};

/** Text that is not empty, and matches the pattern where there is one. */
export function text(allowed = 'text that is not empty', pattern = /./s): Value {
  return { allowed, fits: (value) => typeof value === 'string' && pattern.test(value) };
}

export function oneOf(values: readonly string[]): Value {
  return { allowed: values, fits: (value) => values.includes(value as string) };
}

/** A list of such values. */
export function listOf(kind: Value, least = 0): Value {
  const each = typeof kind.allowed === 'string' ? kind.allowed : kind.allowed.join(', ');
  return {
    allowed: `a list of ${least > 0 ? `${least} or more` : 'any number'}: ${each}`,
    fits: (value) => Array.isArray(value) && value.length >= least && value.every(kind.fits),
  };
}

/** What it is for, and when it is called: 'a function that is told of warnings'. */
export function callback(allowed: string): Value {
  return { allowed, fits: (value) => typeof value === 'function' };
}

/** An object that has these methods. */
export function objectWith(methods: readonly string[], allowed: string): Value {
  return {
    allowed,
    fits: (value) =>
      isObject(value) &&
      methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  };
}

/** Names and texts. */
export const texts: Value = {
  allowed: 'an object of texts',
  fits: (value) =>
    isObject(value) &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string'),
};

/** A URL of one of these protocols, as text or as a URL. */
export function url(protocols: readonly string[], allowed: string): Value {
  return {
    allowed,
    fits: (value) =>
      (typeof value === 'string' || value instanceof URL) &&
      URL.canParse(String(value)) &&
      protocols.includes(new URL(value).protocol),
  };
}

/** Checked where it is used, by whoever knows what it may be. */
export const anything: Value = { allowed: 'anything', fits: () => true };

/** One of several kinds. */
export function either(allowed: string, ...kinds: readonly Value[]): Value {
  return { allowed, fits: (value) => kinds.some(({ fits }) => fits(value)) };
}

/** Options within an option. */
export function group<T extends object>(kinds: Kinds<T>): Group {
  return { kinds };
}
