// A family at run time: it turns labels into recorders, once, and remembers them.
//
//   with(labels) ── known ──▶ recorder          (a search in one map per label; no call into the addon)
//                └─ not ────▶ values ──▶ key ──▶ series ──▶ recorder, remembered
//
// Only values that are text as it is kept are remembered. So each recorder is remembered once, and
// the key of its series tells where.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { RegistryError } from '../errors.js';
import type { LabelledFamily, Recorder } from './interfaces.js';
import { LabelReader, type RefusedValue } from './label-values.js';
import { explainMissingLabels } from './mistakes.js';

/** Tells whether a series was removed, by any thread or process, since this thread last looked. */
export interface RemovalWatch {
  /** The first word changes with every removal. */
  removals: Uint32Array;
  /** That word as this thread knows it. */
  seen: number;
}

/** How a family makes and retires its series; the registry of this thread provides it. */
export interface SeriesSource<R extends Recorder> {
  readonly watch: RemovalWatch;
  /** Forgets every series that was removed; `forget` of their families is called for each. */
  catchUp(): void;
  /** The recorder of the series with this key. `own` is false when others share it. */
  open(key: string): { recorder: R; own: boolean };
  /** The same for set-up: @throws RegistryError when there is no room for a series of its own. */
  require(key: string): R;
  /** The recorder for labels with a value that the family does not take. */
  openRefused(refused: RefusedValue): R;
  remove(key: string): boolean;
}

type Labels = Readonly<Record<string, string>>;

// One level per label: the recorder is at the last.
type Memo<R> = Map<string, R | Memo<R>>;

/**
 * The identity of a series inside its family, and what readers decode: its labels as JSON, in the
 * order of their declaration.
 */
export function seriesKey(family: ResolvedFamily, valueFor: (label: string) => string): string {
  return JSON.stringify(
    Object.fromEntries(family.labels.map(({ name, fixed }) => [name, fixed ?? valueFor(name)])),
  );
}

/** A family with labels that are still to be chosen. */
export class RecorderFamily<R extends Recorder> implements LabelledFamily<R, Labels> {
  readonly with: (labels: Labels) => R;
  readonly metric: string;
  readonly labelNames: readonly string[];
  readonly #family: ResolvedFamily;
  readonly #source: SeriesSource<R>;
  readonly #labels: LabelReader;
  readonly #memo: Memo<R> = new Map();

  constructor(family: ResolvedFamily, source: SeriesSource<R>) {
    this.#family = family;
    this.#source = source;
    this.#labels = new LabelReader(family);
    this.metric = family.name;
    this.labelNames = this.#labels.names;
    const find = (labels: Labels) => this.#find(labels);
    this.with = lookup(this.#labels.names, this.#memo, source.watch, find);
  }

  remove(labels: Labels): boolean {
    const values = this.#labels.read(labels);
    return isRefused(values) ? false : this.#source.remove(this.#keyOf(values));
  }

  /** Opens every combination of the closed sets, when no label is open: these exist from the start. */
  openAll(): void {
    const combinations = this.#labels.domains.reduce<readonly (readonly string[])[]>(
      (chosen, domain) =>
        chosen.flatMap((values) => (domain ?? []).map((value) => [...values, value])),
      [[]],
    );
    for (const values of combinations) {
      this.#remember(values, this.#source.require(this.#keyOf(values)));
    }
  }

  /** Forgets the recorder of the series with this key. */
  forget(key: string): void {
    const labels = JSON.parse(key) as Labels;
    const values = this.#labels.names.map((name) => labels[name]!);
    forgetIn(this.#memo, values);
  }

  forgetAll(): void {
    this.#memo.clear();
  }

  #find(labels: Labels): R {
    const values = this.#labels.read(labels);
    const source = this.#source;
    source.catchUp();
    if (isRefused(values)) return source.openRefused(values);
    // What is given as a number, say, is remembered as its text.
    let known: R | Memo<R> | undefined = this.#memo;
    for (const value of values) known = (known as Memo<R> | undefined)?.get(value);
    if (known !== undefined) return known as R;
    const { recorder, own } = source.open(this.#keyOf(values));
    // Labels that share a series are not remembered: there is no end of them.
    if (own) this.#remember(values, recorder);
    return recorder;
  }

  #remember(values: readonly string[], recorder: R): void {
    let level = this.#memo;
    for (const value of values.slice(0, -1)) {
      let next = level.get(value) as Memo<R> | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(value, next);
      }
      level = next;
    }
    level.set(values.at(-1)!, recorder);
  }

  #keyOf(values: readonly string[]): string {
    let next = 0;
    return seriesKey(this.#family, () => values[next++]!);
  }
}

explainMissingLabels(RecorderFamily.prototype);

function isRefused(values: readonly string[] | RefusedValue): values is RefusedValue {
  return 'label' in values;
}

function forgetIn<R>(level: Memo<R>, [value, ...rest]: readonly string[]): void {
  const next = level.get(value!);
  if (rest.length > 0) {
    if (next === undefined) return;
    forgetIn(next as Memo<R>, rest);
    if ((next as Memo<R>).size > 0) return;
  }
  level.delete(value!);
}

/**
 * The function that finds what is remembered, and calls `find` for all else.
 *
 * It is written out for the family's labels, because V8 learns from each place in the code which
 * shape of object comes there: `labels[name]`, with a name for each family, is one place for all of
 * them and twice as slow. Where a program forbids code made from strings the loop does the same.
 */
function lookup<R>(
  names: readonly string[],
  memo: Memo<R>,
  watch: RemovalWatch,
  find: (labels: Labels) => R,
): (labels: Labels) => R {
  let result = 'memo';
  const steps = names.map((name, index) => {
    const step = `const level${index} = ${result}.get(labels[${JSON.stringify(name)}]);`;
    result = `level${index}`;
    return `${step} if (${result} === undefined) return find(labels);`;
  });
  try {
    const make = new Function(
      'memo',
      'watch',
      'find',
      `return (labels) => {
        if (labels == null || watch.removals[0] !== watch.seen) return find(labels);
        ${steps.join('\n')}
        // A label too many is an error now as it was the first time.
        let surplus = ${-names.length};
        for (const _ in labels) surplus++;
        return surplus > 0 ? find(labels) : ${result};
      };`,
    );
    return make(memo, watch, find) as (labels: Labels) => R;
  } catch {
    return lookupLoop(names, memo, watch, find);
  }
}

function lookupLoop<R>(
  names: readonly string[],
  memo: Memo<R>,
  watch: RemovalWatch,
  find: (labels: Labels) => R,
): (labels: Labels) => R {
  return (labels) => {
    if (labels === null || labels === undefined) return find(labels);
    if (watch.removals[0] !== watch.seen) return find(labels);
    let level: R | Memo<R> | undefined = memo;
    for (let index = 0; index < names.length; index++) {
      level = (level as Memo<R>).get(labels[names[index]!]!);
      if (level === undefined) return find(labels);
    }
    let surplus = -names.length;
    for (const _ in labels) surplus++;
    return surplus > 0 ? find(labels) : (level as R);
  };
}

/** A registry that was closed makes nothing new. */
export function closedError(): RegistryError {
  return new RegistryError('VSR_METRICS_REGISTRY_CLOSED', {
    problem: 'the registry is closed',
    allowed: 'what needs no registry: recorders that are held go on, and are heard by nobody',
  });
}
