// How much processor time a finished child had: did it run, or wait while neighbours ran?
//
// Two threads that share one processor in turns never meet on a cache line, so a starved trial
// makes contention look cheap. Linux adds the time of children that have ended to fields 16 and 17
// of /proc/self/stat; other systems keep it to themselves.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Ticks a second in /proc, the same on every Linux. */
const ticks = 100;

/** Processor seconds of all children that have ended; undefined where the system does not say. */
export function childrenSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readFileSync('/proc/self/stat', 'utf8');
  // The second field is a name in parentheses that may hold spaces; field 3 is the first after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticks;
}

/**
 * The share of the processors it could use that a child had while it ran for `wallSeconds`.
 *
 * @example
 * processorShare(1.9, 2, 1.0); // 0.95 on two processors
 */
export function processorShare(cpuSeconds: number, threads: number, wallSeconds: number): number {
  return cpuSeconds / (Math.min(threads, availableParallelism()) * wallSeconds);
}
