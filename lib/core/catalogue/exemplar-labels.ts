// What OpenMetrics allows as the labels of an exemplar.

import { labelNamePattern } from './names.js';

/** How many characters OpenMetrics counts in labels: code points of names and values. */
export function characterCount(
  labels: readonly (readonly [name: string, value: string])[],
): number {
  let count = 0;
  for (const [name, value] of labels) {
    count += name.length; // ASCII
    for (const _ of value) count++;
  }
  return count;
}

export function isExemplarLabelName(name: string): boolean {
  return labelNamePattern.test(name) && !name.startsWith('__');
}
