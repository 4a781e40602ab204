// Another server of this library, asked for its numbers every second. It may be slow, gone, or lie:
// whoever reads gets the last answer at once, or why there is none.
//
//   const watched = new WatchedServer('http://10.0.0.2:9464');
//   watched.read().problem; // undefined once it has answered
//   watched.close();

import { readFile } from 'node:fs/promises';
import type { HistoryRange } from '../core/reading/history-points.js';
import type { Snapshot } from '../core/reading/snapshot.js';
import { redact } from '../core/redact.js';
import type { FetchedHistory } from '../dashboard/source.js';
import { decodeSnapshot } from '../exposition/transfer.js';
import type { HealthStatus } from '../health/report.js';
import { type GetOptions, getJson } from '../http/get-json.js';
import { labelParameters } from '../http/label-filter.js';
import { decodeHistory } from './decode-history.js';

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

/** How often a server is asked. */
export const usualEveryMs = 1000;
/** An answer that is older than so many intervals is no reading of now. */
const intervalsUntilStale = 3;
const statuses: readonly unknown[] = ['healthy', 'degraded', 'unhealthy', 'unknown'];

/** How a server is asked. */
export interface WatchedServerOptions extends GetOptions {
  /** Read for each request, so that a new token is taken up. It wins over `token`. */
  readonly tokenFile?: string | undefined;
  /** 1,000 unless told otherwise. */
  readonly everyMs?: number | undefined;
}

export class WatchedServer {
  readonly #base: string;
  readonly #options: WatchedServerOptions;
  readonly #staleAfterMs: number;
  readonly #timer: NodeJS.Timeout;
  #answered: Answered | undefined;
  #problem: string | undefined;
  #isAsking = false;

  /** @param url where the server is; `/metrics` behind it is taken for granted */
  constructor(url: string, options: WatchedServerOptions = {}) {
    const { everyMs = usualEveryMs } = options;
    this.#base = url.replace(/\/(metrics)?$/, '');
    this.#options = options;
    this.#staleAfterMs = intervalsUntilStale * everyMs;
    this.#timer = setInterval(() => void this.#ask(), everyMs);
    this.#timer.unref();
    void this.#ask();
  }

  read(): ServerReading {
    const answered = this.#answered;
    if (this.#problem !== undefined) return this.#unreadable(this.#problem);
    if (answered === undefined) return this.#unreadable('it has not answered yet', true);
    const ageMs = performance.now() - answered.at;
    if (ageMs <= this.#staleAfterMs) return { ...answered, ageMs };
    const seconds = (ageMs / 1000).toFixed(0);
    return this.#unreadable(`it last answered ${seconds} s ago`);
  }

  /** Earlier values of the series that have these labels; none when it does not answer. */
  async history(
    name: string,
    { from, to, labels = {} }: HistoryRange,
  ): Promise<readonly FetchedHistory[]> {
    if (this.read().problem !== undefined) return [];
    const query = new URLSearchParams([['name', name], ...labelParameters(labels)]);
    if (from !== undefined) query.set('from', String(from));
    if (to !== undefined) query.set('to', String(to));
    try {
      return decodeHistory(await this.#get(`/api/v1/history?${query}`));
    } catch {
      // The next reading says what is wrong with it.
      return [];
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #unreadable(reason: string, isNew = false): ServerReading {
    return { problem: redact(`${this.#base} cannot be read: ${reason}`), isNew };
  }

  async #get(path: string): Promise<unknown> {
    const { tokenFile, token, timeoutMs } = this.#options;
    const shown = tokenFile === undefined ? token : (await readFile(tokenFile, 'utf8')).trim();
    return getJson(this.#base + path, { token: shown, timeoutMs });
  }

  async #ask(): Promise<void> {
    // One that hangs is not asked again meanwhile.
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const body = await this.#get('/api/v1/snapshot');
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
