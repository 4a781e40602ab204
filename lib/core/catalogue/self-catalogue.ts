// What every registry says about itself.

import { defineOwnCatalogue } from './define.js';

export const selfCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics',
  families: {
    rejected: {
      kind: 'counter',
      name: 'vsr_metrics_rejected_total',
      help: 'Values that were not recorded because they were no valid data',
      labels: { metric: 'any', reason: 'any' },
      maxSeries: 10_000,
    },
    overflowed: {
      kind: 'counter',
      name: 'vsr_metrics_overflowed_total',
      help: 'How often labels were given a share of the overflow series, and why: which space ran out, or label_value',
      labels: { metric: 'any', reason: 'any' },
      maxSeries: 10_000,
    },
    reuseDelayed: {
      kind: 'counter',
      name: 'vsr_metrics_reuse_delayed_total',
      help: 'Series that took new room because some thread had not let go of removed ones yet',
      labels: { metric: 'any' },
      maxSeries: 10_000,
    },
    superseded: {
      kind: 'gauge',
      name: 'vsr_metrics_superseded',
      help: 'Whether a thread records into a registry whose file was replaced, because it cannot move over (1=yes), by the code of the error',
      labels: { code: 'any' },
      combine: 'max',
    },
  },
});
