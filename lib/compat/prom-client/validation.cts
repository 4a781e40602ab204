// What prom-client refuses, in its words: programs and their tests match these texts.

import util = require('util');

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

function validateMetricName(name: string): boolean {
  return metricName.test(name);
}

function validateLabelNames(names: readonly string[] = []): boolean {
  return names.every((name) => labelName.test(name));
}

/** @throws Error when a label was not declared */
function validateLabels(declared: readonly string[], labels: unknown): void {
  for (const label in labels as object) {
    if (!declared.includes(label)) {
      throw new Error(
        `Added label "${label}" is not included in initial labelset: ${util.inspect(declared)}`,
      );
    }
  }
}

function notANumber(value: unknown): TypeError {
  return new TypeError(`Value is not a valid number: ${util.format(value)}`);
}

export = { isObject, notANumber, validateLabelNames, validateLabels, validateMetricName };
