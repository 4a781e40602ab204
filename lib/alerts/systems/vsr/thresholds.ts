// The numbers of the VSR alerts, each with its reason.

import type { Building, Thresholds } from '../../define.js';

export const thresholds = {
  clientLatencyMs: {
    is: 100,
    unit: 'ms',
    least: 1,
    most: 60_000,
    why: 'The VSR instrumentation document promises clients 100 ms.',
  },
  viewChangesPerMinute: {
    is: 5,
    unit: 'view changes a minute',
    least: 1,
    most: 1000,
    why: 'A healthy election takes one; more than five in a minute means that they do not settle.',
  },
  leaderChanges: {
    is: 4,
    unit: 'views in 15 minutes',
    least: 1,
    most: 1000,
    why: 'A rolling restart of three replicas changes the leader at most three times.',
  },
  replicaLag: {
    is: 1000,
    unit: 'operations',
    least: 1,
    most: 1e9,
    why: 'The document allows 1000 operations: more than that is no longer a burst.',
  },
  repairsPerSecond: {
    is: 100,
    unit: 'repairs per second',
    least: 0.1,
    most: 1e6,
    why: 'The document allows 100: a replica that repairs more often loses messages all the time.',
  },
  rejectionsPerSecond: {
    is: 10,
    unit: 'messages per second',
    least: 0.01,
    most: 1e6,
    why: 'The document allows 10: bugs and late messages of earlier views stay below.',
  },
  memoryBytes: {
    is: 2 * 1024 ** 3,
    unit: 'bytes',
    least: 1024 ** 2,
    most: 2 ** 50,
    why: 'What a replica may have: set it to the limit of its container.',
  },
  memoryBytesPerSecond: {
    is: 16 * 1024,
    unit: 'bytes per second',
    least: 1,
    most: 1e9,
    why: '16 KiB a second are 56 MiB an hour: heaps that breathe do not grow so fast for so long.',
  },
  failedShare: {
    is: 0.05,
    unit: 'of all operations',
    least: 0.0001,
    most: 1,
    why: 'Clients retry one in twenty without being noticed.',
  },
  leastOperationsPerSecond: {
    is: 1,
    unit: 'operations per second',
    least: 0,
    most: 1e6,
    why: 'Among fewer operations one that fails is a large share, and proves nothing.',
  },
  prepareLatencyMs: {
    is: 50,
    unit: 'ms',
    least: 0.1,
    most: 100,
    why: 'Half of what clients are promised: the rest is for queueing, commit and reply.',
  },
  commitLatencyMs: {
    is: 25,
    unit: 'ms',
    least: 0.1,
    most: 100,
    why: 'To tell a commit needs no disk and no answer: a quarter of the promise is plenty.',
  },
  roundTripMs: {
    is: 10,
    unit: 'ms',
    least: 0.01,
    most: 25,
    why: 'Within one region round trips stay below 2 ms; 10 ms cost every operation 10 ms.',
  },
  clockOffsetMs: {
    is: 250,
    unit: 'ms',
    least: 1,
    most: 60_000,
    why: 'Half of the 500 ms that databases usually tolerate, so that there is time to act.',
  },
  clockErrors: {
    is: 5,
    unit: 'failures in 10 minutes',
    least: 0,
    most: 1e6,
    why: 'Single samples fail when a message is lost.',
  },
  pendingRequests: {
    is: 1000,
    unit: 'requests',
    least: 1,
    most: 1e9,
    why: 'So many wait only where they come faster than they are committed.',
  },
  standbyLag: {
    is: 1000,
    unit: 'operations',
    least: 1,
    most: 1e9,
    why: 'As for replicas: a standby that is further behind cannot be promoted at once.',
  },
  objective: {
    is: 0.999,
    unit: 'of all operations',
    least: 0.5,
    most: 0.99999,
    why: 'Three nines: 43 minutes of failures in 30 days.',
  },
} as const satisfies Thresholds;

export type VsrBuilding = Building<typeof thresholds>;
