// Catalogues that the type tests share.

import { defineCatalogue } from 'vsr-metrics';

/** Declares what vsr does not: an open label beside a closed one, and a gauge that combines. */
export const ledger = defineCatalogue({
  name: 'ledger',
  families: {
    transfers: {
      kind: 'counter',
      name: 'ledger_transfers_total',
      help: 'Transfers applied',
      labels: { outcome: ['ok', 'rejected'], tenant_id: 'any' },
    },
    queueDepth: {
      kind: 'gauge',
      name: 'ledger_queue_depth',
      help: 'Transfers waiting',
      combine: 'sum',
    },
    oldestTransfer: {
      kind: 'gauge',
      name: 'ledger_oldest_transfer_seconds',
      help: 'Age of the oldest transfer waiting',
      combine: 'max',
    },
    applyLatency: {
      kind: 'histogram',
      name: 'ledger_apply_latency_seconds',
      help: 'Time to apply a transfer',
      buckets: [0.001, 0.01, 0.1],
    },
  },
});

/** Has two keys of vsr. */
export const collides = defineCatalogue({
  name: 'collides',
  families: {
    viewNumber: { kind: 'gauge', name: 'collides_view_number', help: 'A view' },
    opNumber: { kind: 'gauge', name: 'collides_op_number', help: 'An operation' },
    nothing: { kind: 'gauge', name: 'collides_nothing', help: 'Not shared' },
  },
});

/** True when two types are the same, not merely assignable. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
export function isTrue<_T extends true>(): void {}
