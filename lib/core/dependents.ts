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

/**
 * Ends what depends on a registry and calls `end` then: before it returns, when nobody has to be
 * waited for.
 */
export function closeDependents(registry: object, end: () => void): Promise<void> {
  return closeFrom(0, registry, end) ?? Promise.resolve();
}

function closeFrom(stage: number, registry: object, end: () => void): Promise<void> | undefined {
  for (let next = stage; next < stages.length; next++) {
    const endings = [...(dependents.get(registry) ?? [])]
      .filter((each) => each.stage === stages[next])
      .map(({ close }) => closeOne(registry, close))
      .filter((ending) => ending !== undefined);
    if (endings.length > 0) {
      return Promise.all(endings).then(() => closeFrom(next + 1, registry, end));
    }
  }
  dependents.delete(registry);
  end();
  return undefined;
}

function closeOne(registry: object, close: () => unknown): Promise<unknown> | undefined {
  const failed = (error: unknown) => {
    const message = `what depends on the registry did not end in order: ${String(error)}`;
    warnerOf(registry)({ code: 'VSR_METRICS_CLOSE', message });
  };
  try {
    const ending = close();
    return ending instanceof Promise ? ending.catch(failed) : undefined;
  } catch (error) {
    failed(error);
    return undefined;
  }
}
