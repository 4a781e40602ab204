// A catalogue's broken conventions, printed once a process and thread.

import type { Catalogue } from './types.js';

const warned = new WeakSet<Catalogue>();

export function warnOfConventions(catalogues: readonly Catalogue[]): void {
  for (const catalogue of catalogues) {
    if (warned.has(catalogue)) continue;
    warned.add(catalogue);
    for (const { message } of catalogue.warnings) {
      process.emitWarning(message, { type: 'VsrMetricsWarning', code: 'VSR_METRICS_CONVENTION' });
    }
  }
}
