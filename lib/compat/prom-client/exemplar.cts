// Exemplars: the example that explains a count.

import type { ExemplarData, Labels } from './types.cjs';

/** One without content: what `fillExemplar` fills. */
function emptyExemplar(): ExemplarData {
  return { labelSet: {}, value: null };
}

/** @throws RangeError when the labels are longer than OpenMetrics allows */
function fillExemplar(exemplar: ExemplarData, labelSet: Labels, value: number): void {
  const pairs = Object.entries(labelSet).map(([name, text]) => `${name}${text}`);
  if (pairs.join('').length > 128) {
    throw new RangeError('Label set size must be smaller than 128 UTF-8 chars');
  }
  exemplar.labelSet = labelSet;
  exemplar.value = value;
  exemplar.timestamp = Date.now() / 1000;
}

export = { emptyExemplar, fillExemplar };
