// Another server of this library, asked for its numbers every second. It may be slow, gone, or lie:
// whoever reads gets the last answer at once, or why there is none.
//
//   const watched = new WatchedServer('http://10.0.0.2:9464');
//   watched.read().problem; // undefined once it has answered
//   watched.close();

import type { HistoryRange } from '../core/reading/history-points.js';
import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import type { FetchedHistory } from '../dashboard/source.js';
import { decodeSnapshot } from '../exposition/transfer.js';
import type { HealthStatus } from '../health/report.js';
import { decodeHistory } from './decode-history.js';
import { getJson } from './get-json.js';

/** What a server said when it last answered. */
export type ServerReading =
  | {
      readonly snapshot: Snapshot;
      readonly status: HealthStatus;
      /** How long ago that was. */
      readonly ageMs: number;
      readonly problem?: undefined;
    }
  | {
      readonly problem: string;
      /** It was asked for the first time, and has had no time to answer yet. */
      readonly isNew: boolean;
    };

interface Answered {
  readonly snapshot: Snapshot;
  readonly status: HealthStatus;
  readonly at: number;
}

const everyMs = 1000;
/** An answer that is older is no reading of now. */
const staleAfterMs = 3000;
const statuses: readonly unknown[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];

export class WatchedServer {
  readonly #base: string;
  /** The same, for people: nobody else is to know the password. */
  readonly #shown: string;
  readonly #timer: NodeJS.Timeout;
  #answered: Answered | undefined;
  #problem: string | undefined;
  #isAsking = false;

  /** @param url where the server is; `/metrics` behind it is taken for granted */
  constructor(url: string) {
    this.#base = url.replace(/\/(metrics)?$/, '');
    this.#shown = withoutPassword(url);
    this.#timer = setInterval(() => void this.#ask(), everyMs);
    this.#timer.unref();
    void this.#ask();
  }

  read(): ServerReading {
    const answered = this.#answered;
    if (this.#problem !== undefined) return this.#unreadable(this.#problem);
    if (answered === undefined) return this.#unreadable('it has not answered yet', true);
    const ageMs = performance.now() - answered.at;
    if (ageMs <= staleAfterMs) return { ...answered, ageMs };
    const seconds = (ageMs / 1000).toFixed(0);
    return this.#unreadable(`it last answered ${seconds} s ago`);
  }

  /** Earlier values of the series that have these labels; none when it does not answer. */
  async history(
    name: string,
    { from, to, labels = {} }: HistoryRange,
  ): Promise<readonly FetchedHistory[]> {
    if (this.read().problem !== undefined) return [];
    const query = new URLSearchParams(labels as LabelFilter);
    query.set('name', name);
    if (from !== undefined) query.set('from', String(from));
    if (to !== undefined) query.set('to', String(to));
    try {
      return decodeHistory(await getJson(`${this.#base}/api/v1/history?${query}`));
    } catch {
      // The next reading says what is wrong with it.
      return [];
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #unreadable(reason: string, isNew = false): ServerReading {
    return { problem: `${this.#shown} cannot be read: ${reason}`, isNew };
  }

  async #ask(): Promise<void> {
    // One that hangs is not asked again meanwhile.
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const body = await getJson(`${this.#base}/api/v1/snapshot`);
      const { status } = ((body as { health?: unknown }).health ?? {}) as { status?: unknown };
      this.#answered = {
        snapshot: decodeSnapshot((body as { snapshot?: unknown }).snapshot),
        status: statuses.includes(status) ? (status as HealthStatus) : 'healthy',
        at: performance.now(),
      };
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#isAsking = false;
    }
  }
}

/** A URL as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
