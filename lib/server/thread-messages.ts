// What a server's thread is given, and what it and the thread that started it tell each other.

import { workerData } from 'node:worker_threads';
import type { HealthResult } from '../health/report.js';
import type { CloseOptions } from './listener.js';
import type { Refusal } from './meter.js';
import type { ListenOptions, ResolvedHandlerOptions } from './options.js';

/** What stays as it is however often the thread is started. Plain data: it goes to another thread. */
export interface ServerSettings {
  readonly handler: Omit<ResolvedHandlerOptions, 'health' | 'onError'>;
  readonly listen: ListenOptions;
}

export interface ThreadSettings extends ServerSettings {
  /** Marks the thread, for all copies of this package that are loaded in it. */
  readonly isVsrMetricsServer: true;
  /** The region that is read. */
  readonly file: string;
  /** Whether this process records into it; otherwise it is the file of another program. */
  readonly isOwn: boolean;
  readonly results: readonly HealthResult[] | undefined;
}

export type ToThread =
  | { readonly kind: 'results'; readonly results: readonly HealthResult[] }
  | { readonly kind: 'close'; readonly options: CloseOptions };

export type FromThread =
  | { readonly kind: 'listening'; readonly address: string; readonly port: number }
  /** It cannot listen, and ends. */
  | { readonly kind: 'refused'; readonly message: string; readonly code: string }
  | { readonly kind: 'problem'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly reason: Refusal; readonly count: number };

/** Whether this is the thread of a server. */
export function isServerThread(): boolean {
  const settings = workerData as Partial<ThreadSettings> | null | undefined;
  return settings?.isVsrMetricsServer === true;
}
