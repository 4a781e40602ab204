// A source whose snapshots are shared by those who ask at the same time: taking one and rendering it is
// what an answer costs. Who asks alone gets a fresh one, so that what was recorded before a request is
// in its answer.

import type { HistoryPoint, HistoryRange } from '../core/reading/history-points.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import type { FetchedHistory } from '../dashboard/source.js';
import type { UnderWay } from '../http/under-way.js';
import type { ServerSource } from './source.js';

/** No answer shows a snapshot that is older. */
const sharedForMs = 100;

export class SharedSource implements ServerSource {
  readonly #source: ServerSource;
  readonly #underWay: UnderWay;
  #last: { readonly snapshot: Snapshot; readonly at: number } | undefined;

  constructor(source: ServerSource, underWay: UnderWay) {
    this.#source = source;
    this.#underWay = underWay;
  }

  snapshot(): Snapshot {
    const now = performance.now();
    const last = this.#last;
    // The one who asks is under way too.
    if (last !== undefined && this.#underWay.count > 1 && now - last.at <= sharedForMs) {
      return last.snapshot;
    }
    const snapshot = this.#source.snapshot();
    this.#last = { snapshot, at: now };
    return snapshot;
  }

  remarks(): readonly string[] {
    return this.#source.remarks?.() ?? [];
  }

  history(name: string, range?: HistoryRange): HistoryPoint[] {
    return this.#source.history(name, range);
  }

  async fetchHistory(name: string, range: HistoryRange): Promise<readonly FetchedHistory[]> {
    return (await this.#source.fetchHistory?.(name, range)) ?? [];
  }

  /** Keeps no snapshot any longer. */
  forget(): void {
    this.#last = undefined;
  }
}
