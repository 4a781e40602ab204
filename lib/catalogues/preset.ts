// What a product's documents say of ports, names and intervals: data beside its catalogue, taken only
// by programs that ask for it.
//
//   startServer({ registry, preset: kotoba.preset });        // port 9090
//   await readConfiguration({ preset: kotoba.preset });      // KOTOBA_METRICS_PORT
//   await startObservability({ registry, preset: kotoba.preset });
//
// An option of the program wins over it, and so does what operators set.

import type { Catalogue, FamilyDeclarations } from '../core/catalogue/types.js';
import { type Kind, objectWith } from '../core/options.js';

/** What `/health` says of a check that is healthy. */
export type HealthWord = 'ok' | 'healthy';

export interface Preset {
  /** The product. */
  readonly name: string;
  /** What the variables begin with that operators set: `KOTOBA` for `KOTOBA_METRICS_PORT`. */
  readonly variables?: string;
  readonly server?: {
    readonly port?: number;
    readonly path?: string;
    readonly healthWord?: HealthWord;
  };
  readonly registry?: { readonly resourcesEveryMs?: number };
  readonly health?: { readonly everyMs?: number; readonly timeoutMs?: number };
  readonly otlp?: {
    readonly everyMs?: number;
    readonly timeoutMs?: number;
    readonly serviceName?: string;
    /** The instrumentation scope: who measured. */
    readonly scopeName?: string;
  };
}

/** For the options of whatever takes one. */
export const presetKind: Kind = objectWith([], 'the preset of a catalogue, as kotoba.preset');

/** A catalogue with its preset. */
export function withPreset<const Families extends FamilyDeclarations>(
  catalogue: Catalogue<Families>,
  preset: Preset,
): Catalogue<Families> & { readonly preset: Preset } {
  return Object.freeze({ ...catalogue, preset: Object.freeze(preset) });
}
