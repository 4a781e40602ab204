// One handler that works with and without metrics, as `measureOverhead` takes it: the same code on the
// same memory, and what it records is all the difference.
//
//   const pair = createPair(handlers[0], 32_768);
//   const report = await measureOverhead({ baseline: pair.baseline, instrumented: pair.instrumented });
//   pair.finish();

import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';
import type { BudgetedHandler } from './handlers.js';

export interface HandlerPair {
  readonly baseline: () => void;
  readonly instrumented: () => void;
  /** @throws Error when something was not done, or not recorded */
  finish(): void;
}

export function createPair(
  { create, instrument, latency }: BudgetedHandler,
  messageBytes: number,
): HandlerPair {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  const handler = create(messageBytes);
  const record = instrument(handler, registry);
  const calls = { baseline: 0, instrumented: 0 };
  // One function, compiled once: two would be compiled differently, and that be taken for overhead.
  const operation = (side: keyof typeof calls) => {
    const records = side === 'instrumented';
    return () => {
      calls[side]++;
      const started = records ? registry.now() : 0;
      handler.handle();
      if (records) record(started);
    };
  };
  return {
    baseline: operation('baseline'),
    instrumented: operation('instrumented'),
    finish: () => {
      const recorded = registry.snapshot().histogram(latency)?.count ?? 0;
      registry.close();
      const { baseline, instrumented } = calls;
      if (recorded === instrumented && handler.operations === baseline + instrumented) return;
      throw new Error(
        `${baseline} and ${instrumented} operations were run; ` +
          `${handler.operations} were handled, ${recorded} recorded`,
      );
    },
  };
}
