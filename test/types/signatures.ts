// Metrics<C, Fixed> in the signatures of a program's own functions.

import type { Counter } from 'vsr-metrics';
import { createRegistry, type LabelledFamily, type Metrics, type Registry } from 'vsr-metrics';
import { type kimberlite, vsr } from 'vsr-metrics/catalogues';
import { isTrue, ledger, type Same } from './catalogues.js';

type Replica = { replica_id: string };

function prepare(metrics: Metrics<typeof vsr, Replica>): void {
  metrics.operations.with({ status: 'success' }).inc();
}
function apply(metrics: Metrics<[typeof vsr, typeof ledger], Replica>): void {
  metrics.queueDepth.inc();
}
function gossip(metrics: Metrics<typeof vsr, Replica, { message_type: ['Gossip'] }>): void {
  metrics.messagesSent.with({ message_type: 'Gossip' }).inc();
}
class Server {
  readonly #metrics: Metrics<typeof ledger>;
  constructor(metrics: Metrics<typeof ledger>) {
    this.#metrics = metrics;
  }
  accept(tenant: string): void {
    this.#metrics.transfers.with({ outcome: 'ok', tenant_id: tenant }).inc();
  }
}

const replica = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
const both = createRegistry({ catalogue: [vsr, ledger], fixedLabels: { replica_id: '1' } });
const extended = createRegistry({
  catalogue: vsr,
  fixedLabels: { replica_id: '2' },
  labelValues: { message_type: ['Gossip'] },
});
const unfixed = createRegistry({ catalogue: vsr });

isTrue<Same<typeof replica.metrics, Metrics<typeof vsr, Replica>>>();
isTrue<Same<Metrics<typeof vsr>['opNumber'], LabelledFamily<LastGaugeOf, Replica2>>>();
type LastGaugeOf = ReturnType<Metrics<typeof vsr>['opNumber']['with']>;
type Replica2 = { readonly replica_id: string };

prepare(replica.metrics);
prepare(both.metrics);
apply(both.metrics);
gossip(extended.metrics);
// Whoever sends fewer types of message can be given a registry that knows more.
prepare(extended.metrics);
new Server(both.metrics).accept('acme');
const named: Registry<typeof vsr, { replica_id: '0' }> = replica;
prepare(named.metrics);

// @ts-expect-error: are incompatible
prepare(unfixed.metrics);
// @ts-expect-error: is missing the following properties
apply(replica.metrics);
// @ts-expect-error: is not assignable to parameter of type
gossip(replica.metrics);
// @ts-expect-error: is missing the following properties
new Server(replica.metrics);

// A family that accepts fewer values cannot stand in for one that accepts more.
declare const narrow: LabelledFamily<Counter, { readonly status: 'success' }>;
// @ts-expect-error: is not assignable to type
export const wide: LabelledFamily<Counter, { readonly status: 'success' | 'failure' }> = narrow;

export type Both = Metrics<
  [typeof vsr, typeof kimberlite],
  { replica_id: string; node_id: string }
>;
export const behind = (metrics: Both): void => metrics.projectionLag.set(0);
