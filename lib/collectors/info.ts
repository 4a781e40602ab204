// recordInfo: what does not change while a program runs, as labels of a gauge that is 1.

import { defineCatalogue } from '../core/catalogue/define.js';
import type { Catalogue } from '../core/catalogue/types.js';
import { objectWith, optionsCheck, refusals, required, text, texts } from '../core/options.js';
import type { GrowingRegistry } from './sampler.js';

/** What `recordInfo` takes. */
export interface InfoOptions {
  readonly registry: GrowingRegistry;
  /** Ends in `_info`: `ledger_build_info`. */
  readonly name: string;
  readonly help?: string | undefined;
  /** What there is to know: `{ version: '1.7.0', revision: 'a1b2c3' }`. */
  readonly labels: Readonly<Record<string, string>>;
}

const checkOptions = optionsCheck<InfoOptions>('an info metric', refusals.registry, {
  registry: required(objectWith(['add'], 'a registry')),
  name: required(
    text('a name that ends in _info, as ledger_build_info', /^[a-zA-Z_:][\w:]*_info$/),
  ),
  help: text(),
  labels: required(texts),
});

interface Known {
  readonly catalogue: Catalogue;
  readonly names: string;
  labels: Readonly<Record<string, string>>;
}

/** By registry and name: what is told again replaces what was told before. */
const known = new WeakMap<object, Map<string, Known>>();

/**
 * Shows what does not change while the program runs: a gauge that is 1, whose labels say it. Queries
 * join it to other metrics; dashboards show the labels. Once more for the same name it replaces the
 * values.
 *
 * @example
 * ```ts
 * import { recordInfo } from 'vsr-metrics/collectors';
 *
 * recordInfo({
 *   registry,
 *   name: 'ledger_build_info',
 *   labels: { version: '1.7.0', revision: process.env.REVISION ?? 'unknown' },
 * });
 * // ledger_build_info{version="1.7.0",revision="a1b2c3"} 1
 * ```
 * @throws RegistryError when an option does not fit; CatalogueError when the name is taken
 */
export function recordInfo(options: InfoOptions): void {
  checkOptions(options);
  const { registry, name, help = 'What does not change while the program runs', labels } = options;
  const own = known.get(registry) ?? new Map<string, Known>();
  known.set(registry, own);
  const names = Object.keys(labels).sort().join();
  const before = own.get(name);
  // Other labels would be another family: the registry says that the name is taken.
  const catalogue =
    before?.names === names ? before.catalogue : infoCatalogue(name, help, Object.keys(labels));
  const { info } = registry.add(catalogue) as { info: InfoGauge };
  own.set(name, { catalogue, names, labels });
  if (names === '') {
    info.set?.(1);
    return;
  }
  info.with?.(labels).set(1);
  const isOther = before !== undefined && JSON.stringify(before.labels) !== JSON.stringify(labels);
  if (isOther) info.remove?.(before.labels);
}

/** With labels, or without. */
interface InfoGauge {
  set?(value: number): void;
  with?(labels: Readonly<Record<string, string>>): { set(value: number): void };
  remove?(labels: Readonly<Record<string, string>>): boolean;
}

function infoCatalogue(name: string, help: string, labels: readonly string[]): Catalogue {
  return defineCatalogue({
    name,
    families: {
      info: {
        kind: 'gauge',
        name,
        help,
        labels: Object.fromEntries(labels.map((label) => [label, 'any'])),
      },
    },
  });
}
