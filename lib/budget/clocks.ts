// What blocks are timed by.
//
//   processor   what this process used, all its threads: what neighbours take is not charged to it,
//               and what a background thread of the instrumentation takes is
//   typical     the time that passed in the median operation of a block: what interrupts one in ten is
//               not seen, be it a neighbour or the collection of garbage. By far the least noisy
//   wall        the time that passed: for operations that wait, for a disk or for other threads

export type BudgetClock = 'processor' | 'typical' | 'wall';

/** Reads a clock: nanoseconds from a moment that does not matter. */
export type ReadClock = () => number;

const readWall: ReadClock = () => 1e6 * performance.now();

const clocks: Readonly<Record<BudgetClock, ReadClock>> = {
  processor: () => {
    const { user, system } = process.cpuUsage();
    return 1e3 * (user + system);
  },
  typical: readWall,
  wall: readWall,
};

export const clockNames = Object.keys(clocks) as readonly BudgetClock[];

export function clockNamed(name: BudgetClock): ReadClock {
  return clocks[name];
}

/** The processor clock, unless this system only steps it with its timer (Windows: 64 times a second). */
export function defaultClock(): BudgetClock {
  const read = clocks.processor;
  const began = performance.now();
  const start = read();
  let now = start;
  while (now === start && performance.now() - began < 5) now = read();
  return now > start && now - start < 1e6 ? 'processor' : 'wall';
}
