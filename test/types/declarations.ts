// Declaring a catalogue.

import { type Catalogue, createRegistry, defineCatalogue } from 'vsr-metrics';
import { vsr } from 'vsr-metrics/catalogues';
import { isTrue, ledger, type Same } from './catalogues.js';

// Literals survive, so that everything else can be derived from them.
isTrue<Same<(typeof ledger)['families']['transfers']['name'], 'ledger_transfers_total'>>();
isTrue<
  Same<(typeof ledger)['families']['transfers']['labels']['outcome'], readonly ['ok', 'rejected']>
>();

const gauge = { kind: 'gauge', name: 'a_b', help: 'c' } as const;
defineCatalogue({ name: 'reused', families: { gauge } });
defineCatalogue({ name: 'empty', families: {} });
const mixed = defineCatalogue({
  name: 'mixed',
  families: { a: { ...gauge, labels: {} }, b: { ...gauge, name: 'b', labels: { x: 'any' } } },
  waive: { a_b: { 'unit-suffix': 'because' } },
});
createRegistry({ catalogue: mixed }).metrics.a.set(1);

// A catalogue that is known only at run time can be used, with metrics that are not told apart.
const loaded: Catalogue = vsr;
createRegistry({ catalogue: loaded });
createRegistry({ catalogue: [loaded, loaded] });

// @ts-expect-error: Type '"conter"' is not assignable to type '"counter" | "gauge" | "histogram"'
defineCatalogue({ name: 'x', families: { a: { kind: 'conter', name: 'a', help: '' } } });
// @ts-expect-error: Property 'help' is missing
defineCatalogue({ name: 'x', families: { a: { kind: 'counter', name: 'a' } } });
// @ts-expect-error: Property 'buckets' is missing
defineCatalogue({ name: 'x', families: { a: { kind: 'histogram', name: 'a', help: '' } } });
// @ts-expect-error: Type 'number[]' is not assignable to type 'undefined'
defineCatalogue({ name: 'x', families: { a: { ...gauge, buckets: [1] } } });
// @ts-expect-error: is not assignable to type
defineCatalogue({ name: 'x', families: { a: { ...gauge, kind: 'counter', combine: 'sum' } } });
// @ts-expect-error: Type '"avg"' is not assignable to type 'Combine
defineCatalogue({ name: 'x', families: { a: { ...gauge, combine: 'avg' } } });
const filled = { ...gauge, resource: 'processMemoryBytes' } as const;
defineCatalogue({ name: 'x', families: { a: filled, b: { ...filled, combine: 'last' } } });
// @ts-expect-error: is not assignable to type
defineCatalogue({ name: 'x', families: { a: { ...filled, combine: 'max' } } });
// @ts-expect-error: is not assignable to type 'LabelDomain
defineCatalogue({ name: 'x', families: { a: { ...gauge, labels: { b: 'some' } } } });
// @ts-expect-error: ''no-such'' does not exist in type
defineCatalogue({ name: 'x', families: { gauge }, waive: { a_b: { 'no-such': 'why' } } });
// @ts-expect-error: Property 'name' is missing
defineCatalogue({ families: { gauge } });
// @ts-expect-error: Cannot assign to 'help' because it is a read-only property
ledger.families.queueDepth.help = 'other';
