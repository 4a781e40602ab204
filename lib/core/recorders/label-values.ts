// From the labels that a program gives to the values of a family's free labels.
//
// Names are the program's: a wrong one is a mistake that the first call shows, and an error. Values are
// data: they come from requests, and a handler must not fail because of one. What is no text becomes
// text where that is plain; what is not allowed is told to the caller, who uses the overflow series.

import type { ResolvedFamily, ResolvedLabel } from '../catalogue/resolve.js';
import { LabelError, show } from '../errors.js';

/** A value that the label does not take. */
export interface RefusedValue {
  readonly label: string;
  readonly given: unknown;
  /** In words or as a list. */
  readonly allowed: string | readonly string[];
}

/** Reads the free labels of one family. */
export class LabelReader {
  /** The names of the labels that are to be chosen. */
  readonly names: readonly string[];
  readonly #metric: string;
  readonly #free: readonly ResolvedLabel[];

  constructor(family: ResolvedFamily) {
    this.#metric = family.name;
    this.#free = family.labels.filter((label) => label.fixed === undefined);
    this.names = this.#free.map(({ name }) => name);
  }

  /** For each of them its closed set; undefined when it is open. */
  get domains(): readonly (readonly string[] | undefined)[] {
    return this.#free.map(({ values }) => values);
  }

  /**
   * The values in the order of the labels' declaration, as the registry keeps them.
   *
   * @throws LabelError when a label is missing, or when there is no such label
   */
  read(labels: unknown): readonly string[] | RefusedValue {
    this.#checkNames(labels);
    const values: string[] = [];
    for (const { name, values: domain } of this.#free) {
      const given = (labels as Record<string, unknown>)[name];
      const value = textOf(given);
      if (value === undefined || (domain !== undefined && !domain.includes(value))) {
        return { label: name, given, allowed: domain ?? 'any string' };
      }
      values.push(value);
    }
    return values;
  }

  #checkNames(labels: unknown): void {
    const { names } = this;
    const metric = this.#metric;
    if (labels === null || typeof labels !== 'object') {
      throw new LabelError('VSR_METRICS_LABEL_MISSING', {
        metric,
        problem: 'labels are an object',
        given: labels,
        allowed: names,
      });
    }
    const unknown = Object.keys(labels).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
        metric,
        problem: 'no such label to choose',
        given: unknown,
        allowed: names,
      });
    }
    const missing = names.find((name) => !(name in labels));
    if (missing === undefined) return;
    throw new LabelError('VSR_METRICS_LABEL_MISSING', {
      metric,
      problem: `the label ${show(missing)} is missing`,
      given: labels,
      allowed: names,
    });
  }
}

/** Undefined where there is no plain text for it. Half of a surrogate pair becomes U+FFFD. */
function textOf(given: unknown): string | undefined {
  switch (typeof given) {
    case 'string':
      return given.toWellFormed();
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(given);
    default:
      return undefined;
  }
}
