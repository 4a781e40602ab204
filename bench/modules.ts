// Files of bench/cases that hold cases.
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
  'memory',
  'start-up',
] as const;
