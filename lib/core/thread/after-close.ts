// Counts what is recorded into registries of this thread that were closed, for the process: the next
// registry that keeps house, on whichever thread, takes it and shows it as
// vsr_metrics_rejected_total{reason="after_close"}.

import { VoidMemory } from '../recorders/void-memory.js';
import { addon } from '../region/native.js';
import { WarningLog } from '../warning-log.js';
import { warnerOf } from '../warnings.js';

const everyMs = 1000;

/** Where the recorders of closed registries go on. */
export const closedMemory = new VoidMemory();

const warnings = new WarningLog(warnerOf(undefined));
let timer: NodeJS.Timeout | undefined;
let watched = 0;

const collected = new FinalizationRegistry(() => {
  watched -= 1;
  if (watched > 0) return;
  clearInterval(timer);
  timer = undefined;
});

/** Counts until the registry is collected, and with it all recorders, which refer to it. */
export function countAfterClose(registry: object): void {
  watched += 1;
  collected.register(registry, undefined);
  timer ??= setInterval(report, everyMs).unref();
}

/** What was recorded after close() in this process and was not taken yet. */
export function takeAfterClose(): readonly (readonly [metric: string, amount: number])[] {
  report();
  return addon.takeAfterClose();
}

function report(): void {
  for (const [metric, amount] of closedMemory.take()) {
    addon.addAfterClose(metric, amount);
    warnings.once(
      metric,
      'VSR_METRICS_AFTER_CLOSE',
      `${metric} is recorded after its registry was closed; that is only counted, ` +
        'in vsr_metrics_rejected_total{reason="after_close"} of other registries of the process',
    );
  }
}
