// A family at run time: it turns labels into recorders, once, and remembers them.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { LabelError, RegistryError, show } from '../errors.js';
import type { LabelledFamily, Recorder } from './interfaces.js';

/** How a family makes and retires its series; the registry of this thread provides it. */
export interface SeriesSource<R extends Recorder> {
  /** The recorder of the series with this key. `own` is false for the overflow series. */
  open(key: string): { recorder: R; own: boolean };
  remove(key: string): boolean;
  checkOpen(): void;
}

type Labels = Readonly<Record<string, string>>;

// One level a label: the recorder is at the last.
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
export class OpenFamily<R extends Recorder> implements LabelledFamily<R, Labels> {
  readonly #family: ResolvedFamily;
  readonly #source: SeriesSource<R>;
  readonly #memo: Memo<R> = new Map();
  // The hit of with() walks these.
  private readonly free: readonly string[];

  constructor(family: ResolvedFamily, source: SeriesSource<R>) {
    this.#family = family;
    this.#source = source;
    this.free = family.labels.filter((label) => label.fixed === undefined).map(({ name }) => name);
  }

  with(labels: Labels): R {
    if (labels === null || labels === undefined) return this.#open(labels);
    let level: R | Memo<R> | undefined = this.#memo;
    for (let index = 0; index < this.free.length; index++) {
      level = (level as Memo<R>).get(labels[this.free[index]!]!);
      if (level === undefined) return this.#open(labels);
    }
    // A label too many is an error now as it was the first time.
    let surplus = -this.free.length;
    for (const _ in labels) surplus++;
    return surplus > 0 ? this.#open(labels) : (level as R);
  }

  remove(labels: Labels): boolean {
    this.#source.checkOpen();
    const key = this.#keyOf(labels);
    let level: Memo<R> = this.#memo;
    for (const name of this.free.slice(0, -1)) {
      const next = level.get(labels[name]!);
      if (next === undefined) return this.#source.remove(key);
      level = next as Memo<R>;
    }
    level.delete(labels[this.free.at(-1)!]!);
    return this.#source.remove(key);
  }

  /** Every combination of the closed sets, when no free label is open: these exist from the start. */
  openAll(): void {
    const combine = (chosen: Labels, rest: readonly string[]): void => {
      const [name, ...others] = rest;
      if (name === undefined) {
        this.with(chosen);
        return;
      }
      const { values } = this.#family.labels.find((label) => label.name === name)!;
      for (const value of values ?? []) combine({ ...chosen, [name]: value }, others);
    };
    combine({}, this.free);
  }

  #open(labels: Labels): R {
    this.#source.checkOpen();
    const { recorder, own } = this.#source.open(this.#keyOf(labels));
    // Labels that overflowed are not remembered: there is no end of them.
    if (own) this.#remember(labels, recorder);
    return recorder;
  }

  #remember(labels: Labels, recorder: R): void {
    let level: Memo<R> = this.#memo;
    for (const name of this.free.slice(0, -1)) {
      let next = level.get(labels[name]!) as Memo<R> | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(labels[name]!, next);
      }
      level = next;
    }
    level.set(labels[this.free.at(-1)!]!, recorder);
  }

  #keyOf(labels: Labels): string {
    this.#check(labels);
    return seriesKey(this.#family, (name) => labels[name]!);
  }

  #check(labels: Labels): void {
    const metric = this.#family.name;
    if (labels === null || typeof labels !== 'object') {
      throw new LabelError('VSR_METRICS_LABEL_MISSING', {
        metric,
        problem: 'labels are an object',
        given: labels,
        allowed: this.free,
      });
    }
    const unknown = Object.keys(labels).find((name) => !this.free.includes(name));
    if (unknown !== undefined) {
      throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
        metric,
        problem: 'no such label to choose',
        given: unknown,
        allowed: this.free,
      });
    }
    for (const { name, values, fixed } of this.#family.labels) {
      if (fixed !== undefined) continue;
      const given: unknown = labels[name];
      if (given === undefined) {
        throw new LabelError('VSR_METRICS_LABEL_MISSING', {
          metric,
          problem: `the label ${show(name)} is missing`,
          given: labels,
          allowed: this.free,
        });
      }
      if (typeof given !== 'string' || (values !== undefined && !values.includes(given))) {
        throw new LabelError('VSR_METRICS_LABEL_VALUE', {
          metric,
          problem: `the label ${show(name)} has no such value`,
          given,
          allowed: values ?? 'any string',
        });
      }
    }
  }
}

/** A registry that was closed makes nothing new; what it made before goes on recording. */
export function closedError(): RegistryError {
  return new RegistryError('VSR_METRICS_REGISTRY_CLOSED', {
    problem: 'the registry is closed',
    allowed: 'recorders that were taken before; they go on recording',
  });
}
