// What the kernel calls a thread, so that others can ask it about the thread.

import { readlinkSync } from 'node:fs';

/** The calling thread's number; 0 where the system does not tell. */
export function kernelThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}
