// What an exporter is: something that takes snapshots elsewhere.
//
//   const exporter: Exporter = {
//     name: 'file',
//     export: (snapshot) => writeFile('/var/lib/replica/metrics.json', renderJson(snapshot)),
//   };
//   const running = startExporter({ registry, exporter, everyMs: 10_000 });
//   await running.close();     // with a last export
//
// `startExporter` in driver.ts calls it and deals with time, errors and overload, so that an exporter
// need know nothing but its own protocol.

import type { Snapshot } from '../core/reading/snapshot.js';

/** How an exporter tells what happened inside it; `startExporter` counts it. */
export interface ExportReport {
  /** Something that whoever operates the program should know; it is told as its other warnings are. */
  warn(message: string): void;
  /** So many of what the exporter sends (points, lines) will never arrive. */
  dropped(count: number): void;
  /** So many of them are sent once more. */
  retried(count: number): void;
}

/**
 * Takes snapshots elsewhere. None of its functions is called while another one runs, so that it needs
 * no guards of its own; what they throw is caught, counted and warned about once.
 *
 * An exporter is responsible for its own deadlines: as long as `export` has not ended, nothing else
 * is exported by it. Its sockets and timers should be unreferenced where nobody waits for them.
 *
 * @example
 * ```ts
 * import { appendFile } from 'node:fs/promises';
 * import { type Exporter, startExporter } from 'vsr-metrics/export';
 *
 * const views: Exporter = {
 *   name: 'views',
 *   export: (snapshot) =>
 *     appendFile('views.csv', `${snapshot.takenAt},${snapshot.value('vsr_view_number')}\n`),
 * };
 * const running = startExporter({ registry, exporter: views, everyMs: 10_000 });
 * await running.close();
 * ```
 */
export interface Exporter {
  /** The label `exporter` of the metrics that count its work. */
  readonly name: string;
  /** Called before the first export, and again before the next one when it failed. */
  start?(report: ExportReport): void | Promise<void>;
  /** Sends one snapshot. Ends when it has arrived; throws when it has not. */
  export(snapshot: Snapshot): void | Promise<void>;
  /** Sends what is still held back. Called after an export. */
  flush?(): void | Promise<void>;
  /**
   * Sends one snapshot before it returns, because `process.exit()` waits for nothing. Called at most
   * once, when the process ends and the exporter has not been closed; after a last export, too, and while
   * `export` runs. An
   * exporter that can only send with the help of the event loop leaves it out.
   */
  exportAtExit?(snapshot: Snapshot): void;
  /** Ends everything. Called once, after the last flush, also when that failed. */
  close?(): void | Promise<void>;
}
