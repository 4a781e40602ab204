// One handler, with or without metrics, as `measureOverhead` takes it. The query of its URL says which:
//
//   operation.js?handler=prepare&bytes=32768&metrics=on

import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';
import { handlerNamed } from './handlers.js';

const query = new URL(import.meta.url).searchParams;
const { create, instrument, latency } = handlerNamed(query.get('handler') ?? '');
const handler = create(Number(query.get('bytes')));

function withMetrics() {
  const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
  const record = instrument(handler, registry);
  return {
    operation: () => {
      const started = registry.now();
      handler.handle();
      record(started);
    },
    recorded: () => registry.snapshot().histogram(latency)?.count,
  };
}

const isInstrumented = query.get('metrics') === 'on';
const { operation, recorded } = isInstrumented
  ? withMetrics()
  : { operation: () => handler.handle(), recorded: () => handler.operations };

export default operation;

/** Whether all was done, recorded, and came to what it comes to without metrics. */
export function check(operations: number): void {
  const counts = [handler.operations, recorded()];
  if (counts.some((count) => count !== operations)) {
    throw new Error(
      `${operations} operations were run, handled and recorded: ${counts.join(', ')}`,
    );
  }
  if (!isInstrumented) return;
  const alone = create(Number(query.get('bytes')));
  while (alone.operations < operations) alone.handle();
  if (alone.digest !== handler.digest) throw new Error('metrics changed what was computed');
}
