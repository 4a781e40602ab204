// What people reach for and is not there: a family that is recorded into without its labels, a gauge
// that is stepped although it keeps the last value. TypeScript refuses it; for JavaScript there is an
// error that says what to write instead of "is not a function".

import { LabelError, RegistryError, show } from '../errors.js';

/** All that any recorder does. */
const actions = [
  'inc',
  'dec',
  'set',
  'unset',
  'sampleFrom',
  'record',
  'observe',
  'since',
  'time',
  'startTimer',
  'incWithExemplar',
  'recordWithExemplar',
  'sinceWithExemplar',
] as const;

interface Family {
  readonly metric: string;
  readonly labelNames: readonly string[];
}

/** For families with labels that are still to be chosen. */
export function explainMissingLabels(prototype: Family): void {
  for (const action of actions) {
    define(prototype, action, function (this: Family): never {
      const chosen = this.labelNames.map((name) => `${name}: ...`).join(', ');
      throw new LabelError('VSR_METRICS_LABEL_MISSING', {
        metric: this.metric,
        problem: `${action}() needs to know the labels`,
        allowed: `with({ ${chosen} }).${action}(...)`,
      });
    });
  }
  define(prototype, 'labels', function (this: Family): never {
    throw new LabelError('VSR_METRICS_LABEL_MISSING', {
      metric: this.metric,
      problem: 'there is no labels()',
      allowed: `with({ ${this.labelNames.map((name) => `${name}: ...`).join(', ')} })`,
    });
  });
}

/** For recorders, of which nothing is left to be chosen. */
export function explainNoLabels(...prototypes: readonly object[]): void {
  for (const prototype of prototypes) {
    for (const action of ['with', 'labels']) {
      define(prototype, action, function (this: { metric: string }, given: unknown): never {
        throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
          metric: this.metric,
          problem: `${action}() has nothing to choose: the metric has no labels that are open`,
          given,
          allowed: 'recording into it directly',
        });
      });
    }
  }
}

/** For gauges that keep the last value. */
export function explainNoSteps(prototype: object): void {
  for (const action of ['inc', 'dec']) {
    define(prototype, action, function (this: { metric: string }): never {
      throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
        metric: this.metric,
        problem: `a gauge that keeps the last value has no ${action}(): two threads would lose steps`,
        allowed: `set(), or ${show('sum')} for the property combine in the catalogue`,
      });
    });
  }
}

function define(prototype: object, name: string, value: (...args: never[]) => never): void {
  Object.defineProperty(prototype, name, { value, configurable: true, enumerable: false });
}
