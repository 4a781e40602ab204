// defineCatalogue: checks a declaration, freezes it, and keeps its literal types.
//
//   export const ledger = defineCatalogue({
//     name: 'ledger',
//     families: {
//       transfers: {
//         kind: 'counter',
//         name: 'ledger_transfers_total',
//         help: 'Transfers applied',
//         labels: { outcome: ['ok', 'rejected'], tenant_id: 'any' },
//       },
//     },
//   });

import { CatalogueError } from '../errors.js';
import { conventionWarnings } from './conventions.js';
import type { Catalogue, CatalogueDeclaration, FamilyDeclarations } from './types.js';
import { validateCatalogue } from './validate.js';

/** The library's own metrics live under this prefix, beside every catalogue. */
export const reservedPrefix = 'vsr_metrics_';

/**
 * Declares metric families as data. Names, kinds and label values become types: what is not
 * declared does not compile.
 *
 * A declaration that cannot work throws; one that only breaks a convention gets a warning, which
 * `waive` silences by metric name with a reason.
 *
 * @example
 * ```ts
 * import { createRegistry, defineCatalogue } from 'vsr-metrics';
 *
 * const ledger = defineCatalogue({
 *   name: 'ledger',
 *   families: {
 *     transfers: {
 *       kind: 'counter',
 *       name: 'ledger_transfers_total',
 *       help: 'Transfers applied',
 *       labels: { outcome: ['ok', 'rejected'], tenant_id: 'any' },
 *     },
 *     queueDepth: {
 *       kind: 'gauge',
 *       name: 'ledger_queue_depth',
 *       help: 'Transfers waiting',
 *       combine: 'sum',
 *     },
 *     applyLatency: {
 *       kind: 'histogram',
 *       name: 'ledger_apply_latency_ms',
 *       help: 'Time to apply a transfer',
 *       buckets: [0.5, 1, 5, 25],
 *     },
 *   },
 *   waive: { ledger_apply_latency_ms: { 'base-unit': 'dashboards show milliseconds' } },
 * });
 *
 * const { metrics } = createRegistry({ catalogue: ledger });
 * metrics.transfers.with({ outcome: 'ok', tenant_id: 'acme' }).inc();
 * ```
 * @throws CatalogueError that names the metric, what was given and what is allowed
 */
export function defineCatalogue<const Families extends FamilyDeclarations>(
  declaration: CatalogueDeclaration<Families>,
): Catalogue<Families> {
  const catalogue = defineOwnCatalogue(declaration);
  for (const family of Object.values<FamilyDeclarations[string]>(catalogue.families)) {
    if (!family.name.startsWith(reservedPrefix)) continue;
    throw new CatalogueError('VSR_METRICS_CATALOGUE_INVALID', {
      metric: family.name,
      problem: `names that begin with ${reservedPrefix} belong to the library's own metrics`,
    });
  }
  return catalogue;
}

/** The same without the reserved prefix: for the library's own metrics. */
export function defineOwnCatalogue<const Families extends FamilyDeclarations>(
  declaration: CatalogueDeclaration<Families>,
): Catalogue<Families> {
  validateCatalogue(declaration);
  const { name, families, waive = {}, utf8Names = false } = declaration;
  return deepFreeze({
    name,
    families,
    waive,
    utf8Names,
    warnings: conventionWarnings(families, waive),
  });
}

/** Catalogues are shared by every registry of the program, so nobody may change one. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
