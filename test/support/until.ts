// Waits for what happens elsewhere.

import { setTimeout } from 'node:timers/promises';

/**
 * Returns once `holds` does, and throws when it has not after `patience` milliseconds.
 *
 * @example
 * await until(() => received.length >= 3);
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patience = 15_000,
): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`still not so after ${patience} ms: ${holds}`);
    await setTimeout(5);
  }
}

/**
 * What `look` finds, once it is as it should be.
 *
 * @example
 * const reply = await lookUntil(() => get(url), ({ status }) => status === 503);
 */
export async function lookUntil<T>(
  look: () => Promise<T>,
  holds: (found: T) => boolean,
  patience?: number,
): Promise<T> {
  let found = await look();
  const isSo = async () => {
    if (!holds(found)) found = await look();
    return holds(found);
  };
  await until(isSo, patience);
  return found;
}
