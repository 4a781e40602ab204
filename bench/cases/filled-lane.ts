// Records into every series of the vsr catalogue; as a worker it does so in a lane of its own, and
// then goes on holding it.

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { vsr } from '../../lib/catalogues/index.js';
import type { Registry, SharedRegistry } from '../../lib/index.js';

export const replica = { replica_id: '0' } as const;

interface Recorder {
  inc?(): void;
  set?(value: number): void;
  record?(value: number): void;
  with?(labels: Record<string, string>): Recorder;
}

/** A value in the cell after the last one's: a power of two is 1,024 cells. */
export function valueAt(cell: number): number {
  return 0.01 * 2 ** (cell / 1024);
}

/**
 * Into every series one increment, one value, or `cells` values, each in the cell after the last
 * one's. Gives the number of increments and recorded values, without what was set.
 */
export async function fill(
  registry: Registry<typeof vsr, typeof replica>,
  cells: number,
): Promise<number> {
  const { vsr: catalogue } = await import('../../lib/catalogues/index.js');
  const metrics = registry.metrics as unknown as Readonly<Record<string, Recorder>>;
  const { families } = registry.snapshot();
  let recorded = 0;
  for (const [key, { name }] of Object.entries(catalogue.families)) {
    for (const { info } of families.find((family) => family.info.name === name)!.series) {
      const chosen = info.labels.filter(([label]) => !(label in replica));
      const recorder =
        chosen.length > 0 ? metrics[key]!.with!(Object.fromEntries(chosen)) : metrics[key]!;
      if (recorder.record !== undefined) {
        for (let cell = 0; cell < cells; cell++) recorder.record(valueAt(cell));
        recorded += cells;
      } else if (recorder.set !== undefined) {
        recorder.set(1);
      } else {
        recorder.inc!();
        recorded++;
      }
    }
  }
  return recorded;
}

if (!isMainThread && parentPort !== null && 'cells' in (workerData ?? {})) {
  const { shared, cells } = workerData as { shared: SharedRegistry; cells: number };
  const { attachRegistry } = await import('../../lib/index.js');
  const { vsr: catalogue } = await import('../../lib/catalogues/index.js');
  const registry = attachRegistry(shared, {
    catalogue,
    fixedLabels: replica,
    resourcesEveryMs: false,
  });
  await fill(registry, cells);
  parentPort.on('message', () => undefined);
  parentPort.postMessage('filled');
}
