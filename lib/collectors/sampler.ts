// What all collectors have in common: they sample at intervals, on the thread that started them, and
// end with their registry. A collector that fails is told of once, and tried again.

import type { Catalogue } from '../core/catalogue/types.js';
import { closeBefore } from '../core/dependents.js';
import { type Kinds, milliseconds, objectWith, required } from '../core/options.js';
import { WarningLog } from '../core/warning-log.js';
import { type OnWarning, onWarningKind, warnerFor } from '../core/warnings.js';

/** A registry of this thread, to which families can be added. */
export interface GrowingRegistry {
  add<const Added extends Catalogue>(catalogue: Added): object;
  snapshot(): object;
}

/** What every collector takes. */
export interface CollectorOptions<R> {
  readonly registry: R;
  /** The interval; 5,000 ms unless told otherwise. */
  readonly everyMs?: number | undefined;
  /** Told of what cannot be sampled; by default whoever the registry tells. */
  readonly onWarning?: OnWarning | undefined;
}

export const collectorKinds: Kinds<CollectorOptions<object>> = {
  registry: required(objectWith(['add', 'snapshot'], 'a registry')),
  everyMs: milliseconds,
  onWarning: onWarningKind,
};

/** A collector at work. Its timers hold no process alive. */
export interface RunningCollector extends AsyncDisposable {
  /** Samples now, besides at intervals. */
  flush(): Promise<void>;
  /** Ends; `registry.close()` does it too. What is known no more is absent from then on. */
  close(): Promise<void>;
}

/** One thing to sample. */
export interface Probe {
  /** For the warning. */
  readonly name: string;
  sample(): void;
  /** Ends it, and takes back what it has set. */
  close?(): void;
}

export function runProbes(
  { registry, everyMs = 5000, onWarning }: CollectorOptions<object>,
  probes: readonly Probe[],
): RunningCollector {
  const warnings = new WarningLog(warnerFor(registry, onWarning));
  const sample = () => {
    for (const probe of probes) {
      try {
        probe.sample();
      } catch (error) {
        const message = `${probe.name} cannot be sampled: ${String(error)}`;
        warnings.once(message, 'VSR_METRICS_CALLBACK', message);
      }
    }
  };
  sample();
  const timer = setInterval(sample, everyMs).unref();
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    release();
    clearInterval(timer);
    for (const probe of probes) probe.close?.();
  };
  const release = closeBefore(registry, 'collectors', close);
  return {
    flush: async () => {
      if (!isClosed) sample();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
