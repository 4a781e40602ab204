// Files of bench/cases that hold cases: those of loops, and those of handlers, which are another run.
export const caseModules = [
  'counter',
  'gauge',
  'histogram',
  'timed-operation',
  'single-records',
  'labels',
  'drop-in',
  'threads',
  'scaling',
  'garbage',
  'surroundings',
  'snapshot',
  'rendering',
  'scraped',
  'server',
  'memory',
  'start-up',
] as const;

export const handlerModules = ['handlers'] as const;
