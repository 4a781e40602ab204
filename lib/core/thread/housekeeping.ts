// What a registry does every second on its thread. Nothing of it may end the program: whatever fails is
// warned of once, and tried again a second later.

import type { WarningLog } from '../warning-log.js';

const everyMs = 1000;

/** Something that is to be done every second for a registry. */
export interface Chore<Owner> {
  /** For the warning. */
  readonly name: string;
  readonly run: (owner: Owner) => void;
}

/**
 * Does the chores every second, until the returned function is called or the owner was collected: a
 * registry that the program has dropped, recorders and all, goes away.
 */
export function keepHouse<Owner extends object>(
  owner: Owner,
  chores: readonly Chore<Owner>[],
  warnings: WarningLog,
): () => void {
  return startTimer(new WeakRef(owner), chores, warnings);
}

// A function of its own: all closures of one scope share one context in V8, so that a timer made where
// `owner` is in use could hold it, and then it would never be collected.
function startTimer<Owner extends object>(
  reference: WeakRef<Owner>,
  chores: readonly Chore<Owner>[],
  warnings: WarningLog,
): () => void {
  const timer = setInterval(() => {
    const owner = reference.deref();
    if (owner === undefined) clearInterval(timer);
    else for (const chore of chores) attempt(owner, chore, warnings);
  }, everyMs).unref();
  return () => clearInterval(timer);
}

function attempt<Owner>(owner: Owner, { name, run }: Chore<Owner>, warnings: WarningLog): void {
  try {
    run(owner);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    warnings.once(`${name} ${reason}`, 'VSR_METRICS_HOUSEKEEPING', `${name} failed: ${reason}`);
  }
}
