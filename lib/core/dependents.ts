// What ends before its registry does: closing the registry closes it, in the order in which one
// would. A server first, so that nobody comes any more; then what it asks and what fills the
// registry; then exporters, whose last export has all of it.
//
//   const release = closeBefore(registry, 'exporters', () => exporter.close());
//   release();                                    // it was closed by itself
//
// The registry calls `closeDependents` and ends when that has ended.

import { warnerOf } from './warnings.js';

const stages = ['servers', 'checks', 'collectors', 'exporters'] as const;

export type Stage = (typeof stages)[number];

interface Dependent {
  readonly stage: Stage;
  readonly close: () => unknown;
}

const dependents = new WeakMap<object, Set<Dependent>>();

/** `close` is called when the registry is closed; the returned function forgets it. */
export function closeBefore(registry: object, stage: Stage, close: () => unknown): () => void {
  const own = dependents.get(registry) ?? new Set();
  dependents.set(registry, own);
  const dependent = { stage, close };
  own.add(dependent);
  return () => own.delete(dependent);
}

/** Ends what depends on a registry and calls `end` then: at once, when nothing depends on it. */
export async function closeDependents(registry: object, end: () => void): Promise<void> {
  for (const stage of stages) {
    const those = [...(dependents.get(registry) ?? [])].filter((each) => each.stage === stage);
    if (those.length === 0) continue;
    await Promise.all(those.map(({ close }) => closeOne(registry, close)));
  }
  dependents.delete(registry);
  end();
}

async function closeOne(registry: object, close: () => unknown): Promise<void> {
  try {
    await close();
  } catch (error) {
    const message = `what depends on the registry did not end in order: ${String(error)}`;
    warnerOf(registry)({ code: 'VSR_METRICS_CLOSE', message });
  }
}
