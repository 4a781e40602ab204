// What the kernel calls a thread, so that others can ask it how long the thread has run.

import { readFileSync, readlinkSync } from 'node:fs';

/** The calling thread's number; 0 where the system does not tell. */
export function kernelThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}

/** Nanoseconds that a thread of this process has had a processor; undefined where nobody tells. */
export function processorTimeOf(thread: number): number | undefined {
  try {
    const [ran] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ran);
  } catch {
    return undefined;
  }
}
