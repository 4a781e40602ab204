// What the thread of the clients is started with, is told, and counts.

import type { MessagePort } from 'node:worker_threads';

export interface LoadWorkerData {
  readonly rosterSize: number;
  readonly sessions: number;
  /** Requests per second. */
  readonly rate: number;
  /** Where it counts, see loadCounts. */
  readonly counts: SharedArrayBuffer;
}

export type LoadCommand =
  | { readonly type: 'connect'; readonly address: number; readonly port: MessagePort }
  | { readonly type: 'start' }
  | { readonly type: 'rate'; readonly rate: number }
  /** No more requests: answers `drained` when all are answered. */
  | { readonly type: 'drain' }
  | { readonly type: 'stop' };

/** What clients count, as positions in a Float64Array that other threads read. */
export const loadCounts = { sent: 0, answered: 1, evicted: 2 } as const;
