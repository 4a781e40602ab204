// What the kernel calls a thread, so that others can ask it about the thread.

import { readFileSync, readlinkSync } from 'node:fs';

/** The calling thread's number; 0 where the system does not tell. */
export function kernelThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}

/**
 * How long a thread has been on a processor, in milliseconds; undefined where the system does not tell.
 * The event loop cannot say that: it takes waiting for a processor for work.
 */
export function processorMs(thread: number): number | undefined {
  try {
    const [nanoseconds = ''] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(
      ' ',
    );
    return Number(nanoseconds) / 1e6;
  } catch {
    return undefined;
  }
}
