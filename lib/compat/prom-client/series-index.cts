// The series of one metric, by the values of their labels.

import lookUpFor = require('./look-up.cjs');

import type { Labels } from './types.cjs';

import validation = require('./validation.cjs');

const { isObject, validateLabels } = validation;

interface IndexedSeries {
  readonly labels: Labels;
}

type Level<S> = Map<string | undefined, Level<S> | S>;

class SeriesIndex<S extends IndexedSeries> {
  /** In the order in which they appeared. */
  readonly all = new Set<S>();
  /** The series without labels. */
  bare: S | undefined;
  /** Changes whenever a series goes: whoever holds one looks it up again. */
  generation = 0;
  readonly names: readonly string[];
  private readonly make: (labels: Labels) => S;
  private root: Level<S> = new Map();
  private readonly lookUpAll: ReturnType<typeof lookUpFor>;

  constructor(names: readonly string[], make: (labels: Labels) => S) {
    this.names = names;
    this.make = make;
    this.lookUpAll = lookUpFor(names);
  }

  /**
   * The series with these labels, if there is one.
   *
   * @throws Error when a label was not declared
   */
  find(labels: Labels): S | undefined {
    const series = this.lookUp(labels);
    if (series === undefined) validateLabels(this.names, labels);
    return series ?? this.findSparse(labels);
  }

  /** The same when labels may be missing; unknown ones pass. */
  findSparse(labels: Labels): S | undefined {
    return this.byValues(this.names.map((name) => labels[name]));
  }

  /** The series that arguments of `labels()` mean, if there is one and they are in order. */
  findFor(given: readonly unknown[]): S | undefined {
    return isObject(given[0]) ? this.lookUp(given[0] as Labels) : this.byValues(given);
  }

  // Hot path.
  private lookUp(labels: Labels): S | undefined {
    if (this.names.length > 0) return this.lookUpAll(this.root, labels);
    for (const _ in labels) return undefined;
    return this.bare;
  }

  private byValues(values: readonly unknown[]): S | undefined {
    if (values.length !== this.names.length) return undefined;
    let level: Level<S> | S | undefined = this.root;
    for (let index = 0; index < values.length && level !== undefined; index++) {
      level = (level as Level<S>).get(keyOf(values[index]));
    }
    return values.length === 0 ? this.bare : (level as S | undefined);
  }

  /** Makes the series that `find` has not found. */
  create(labels: Labels): S {
    // A copy: a program may go on to fill the same object for the next series.
    const series = this.make({ ...labels });
    const keys = this.keysOf(labels);
    const last = keys.pop();
    if (keys.every((key) => key === undefined) && last === undefined) this.bare = series;
    if (this.names.length > 0) {
      let level = this.root;
      for (const key of keys) {
        let next = level.get(key) as Level<S> | undefined;
        if (next === undefined) {
          next = new Map();
          level.set(key, next);
        }
        level = next;
      }
      level.set(last, series);
    }
    this.all.add(series);
    return series;
  }

  /** Drops the series with these labels; returns it, if there was one. */
  remove(labels: Labels): S | undefined {
    const keys = this.keysOf(labels);
    const series = this.take(this.root, keys) ?? (keys.length === 0 ? this.bare : undefined);
    if (series === undefined) return undefined;
    if (series === this.bare) this.bare = undefined;
    this.all.delete(series);
    this.generation++;
    return series;
  }

  clear(): void {
    this.root = new Map();
    this.all.clear();
    this.bare = undefined;
    this.generation++;
  }

  private keysOf(labels: Labels): (string | undefined)[] {
    return this.names.map((name) => keyOf(labels[name]));
  }

  // Levels that become empty go too: a program may remove as many series as it makes.
  private take(level: Level<S>, [key, ...rest]: readonly (string | undefined)[]): S | undefined {
    const next = level.get(key);
    if (next === undefined) return undefined;
    const found = rest.length === 0 ? (next as S) : this.take(next as Level<S>, rest);
    if (rest.length === 0 || (next as Level<S>).size === 0) level.delete(key);
    return found;
  }

  /** The labels that arguments of `labels()` and `remove()` mean. */
  labelsOf(values: readonly unknown[]): Labels {
    const { names } = this;
    const [first] = values;
    if (first === null || isObject(first)) return first as Labels;
    if (names.length !== values.length) {
      throw new Error(
        `Invalid number of arguments (${values.length}): "${values.join(', ')}" for label names (${names.length}): "${names.join(', ')}".`,
      );
    }
    return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Labels;
  }

  /**
   * The same, all of them declared.
   *
   * @throws Error when a label was not
   */
  declaredLabelsOf(values: readonly unknown[]): Labels {
    const labels = this.labelsOf(values);
    validateLabels(this.names, labels);
    return labels;
  }
}

function keyOf(value: unknown): string | undefined {
  return value === undefined ? undefined : `${value}`;
}

export = SeriesIndex;
