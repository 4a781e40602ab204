// The orderly end of a program's metrics when it is told to end.

import { listOf, objectWith, optionsCheck, refusals } from '../core/options.js';
import { type OnWarning, onWarningKind, tellErrors, warnerFor } from '../core/warnings.js';
import { type CloseOptions, closeKinds } from './listener.js';
import { type RunningServer, shownByServer } from './start.js';

/** Something that ends: a server, an exporter with what it has not sent yet, a registry. */
export interface Closable {
  close(): unknown;
}

/** What `closeOnSignals` takes. */
export interface SignalOptions extends CloseOptions {
  /** SIGTERM and SIGINT unless told otherwise. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Ended besides, after the server and before its registry. What was started on the registry ends with it. */
  readonly also?: readonly Closable[] | undefined;
  /** Told of what went wrong meanwhile; by default whoever the registry tells. */
  readonly onWarning?: OnWarning | undefined;
}

const isSignal = {
  allowed: 'names of signals, as SIGTERM',
  fits: (value: unknown) => /^SIG/.test(String(value)),
};

const checkOptions = optionsCheck<SignalOptions>('closeOnSignals', refusals.server, {
  ...closeKinds,
  signals: listOf(isSignal, 1),
  also: listOf(objectWith(['close'], 'objects with close()')),
  onWarning: onWarningKind,
});

/**
 * Closes the server when the process is told to end, and then the registry that it shows: its file
 * says then that the program has ended, and not that it has crashed. After that, unless something else
 * listens for the signal and so decides about the end, the process ends by that signal. A second signal
 * ends it at once.
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
 * @throws ServerError when an option does not fit
 */
export function closeOnSignals(
  server: Pick<RunningServer, 'close'>,
  options: SignalOptions = {},
): () => void {
  checkOptions(options);
  const { signals = ['SIGTERM', 'SIGINT'], also = [], onWarning, ...how } = options;
  const shown = shownByServer(server);
  const onError = tellErrors(warnerFor(shown, onWarning), 'VSR_METRICS_CLOSE', 'closing');
  const undo = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const end = async (): Promise<void> => {
    const endings = [
      () => server.close(how),
      ...also.map((each) => () => each.close()),
      () => closeRegistry(shown),
    ];
    for (const ending of endings) {
      try {
        await ending();
      } catch (error) {
        onError(error);
      }
    }
  };
  const onSignal = (signal: NodeJS.Signals) => {
    undo();
    void end().then(() => {
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return undo;
}

/** A registry of this program: a reader of another's file has nothing to close. */
function closeRegistry(shown: object | undefined): unknown {
  if (shown === undefined || !('share' in shown) || !('close' in shown)) return undefined;
  return (shown as Closable).close();
}
