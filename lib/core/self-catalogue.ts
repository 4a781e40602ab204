// What every registry says about itself.

import { defineOwnCatalogue } from './catalogue/define.js';

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
      help: 'How often labels were given a share of the overflow series because the family was full',
      labels: { metric: 'any' },
      maxSeries: 10_000,
    },
  },
});
