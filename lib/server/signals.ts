// The orderly end of a server when its program is told to end.

import type { CloseOptions } from './listener.js';
import type { RunningServer } from './start.js';

/** What `closeOnSignals` takes. */
export interface SignalOptions extends CloseOptions {
  /** SIGTERM and SIGINT unless told otherwise. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
}

/**
 * Closes the server when the process is told to end. Then, unless something else listens for the
 * signal and so decides about the end, the process ends by that signal. A second signal ends it at
 * once.
 *
 * @returns a function that undoes it
 *
 * @example
 * ```ts
 * import { closeOnSignals, startServer } from 'vsr-metrics/server';
 *
 * const server = await startServer({ registry });
 * closeOnSignals(server, { readinessDelayMs: 5000 });
 * ```
 */
export function closeOnSignals(
  server: Pick<RunningServer, 'close'>,
  { signals = ['SIGTERM', 'SIGINT'], ...how }: SignalOptions = {},
): () => void {
  const undo = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    undo();
    void server.close(how).finally(() => {
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return undo;
}
