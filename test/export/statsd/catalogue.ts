import { createRegistry, defineCatalogue } from '../../../lib/index.js';

export const ledger = defineCatalogue({
  name: 'ledger',
  families: {
    transfers: {
      kind: 'counter',
      name: 'ledger_transfers_total',
      help: 'Transfers',
      labels: { outcome: ['ok', 'rejected'], account: 'any' },
      maxSeries: 2000,
    },
    balance: {
      kind: 'gauge',
      name: 'ledger_balance',
      help: 'Balance',
      labels: { account: 'any' },
    },
    apply: {
      kind: 'histogram',
      name: 'ledger_apply_latency_seconds',
      help: 'Latency',
      buckets: [0.001, 0.1],
    },
    size: { kind: 'histogram', name: 'ledger_batch_bytes', help: 'Size', buckets: [100, 1000] },
  },
});

export const openLedger = () => createRegistry({ catalogue: ledger });
