// A catalogue's broken conventions, told once a process and thread.

import type { Warn } from '../warnings.js';
import type { Catalogue } from './types.js';

const warned = new WeakSet<Catalogue>();

export function warnOfConventions(catalogues: readonly Catalogue[], warn: Warn): void {
  for (const catalogue of catalogues) {
    if (warned.has(catalogue)) continue;
    warned.add(catalogue);
    for (const { message } of catalogue.warnings) {
      warn({ code: 'VSR_METRICS_CONVENTION', message });
    }
  }
}
