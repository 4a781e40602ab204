// Waits for what happens elsewhere.

import { setTimeout } from 'node:timers/promises';

/**
 * Returns once `holds` does, and throws when it has not after `patience` milliseconds.
 *
 * @example
 * await until(() => received.length >= 3);
 */
export async function until(holds: () => boolean, patience = 15_000): Promise<void> {
  const end = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`still not so after ${patience} ms: ${holds}`);
    await setTimeout(5);
  }
}
