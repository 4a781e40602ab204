// Passes alerts on to Alertmanager, by version 2 of its API and as Prometheus does: in batches, to each
// Alertmanager for itself, and with an end that comes by itself when nobody says any more that they fire.
//
//   const receiver = alertmanager({ url: 'http://alertmanager:9093' });
//   receiver.tell(notices);
//   await receiver.close();
//
// What did not arrive goes with what is sent next, or alone once `resendMs` have passed.

import type { Notice, NoticeReceiver } from '../alerts/notice.js';
import { separateCredentials } from '../core/credentials.js';
import { AlertsError } from '../core/errors.js';
import { monotonicMs } from '../core/monotonic.js';
import {
  type Kinds,
  listOf,
  milliseconds,
  optionsCheck,
  refusals,
  secret,
  text,
  url,
  whole,
} from '../core/options.js';
import { type OnWarning, onWarningKind, type Warn, warnerFor } from '../core/warnings.js';
import { type Post, postJson } from './post-json.js';

/** What `alertmanager` takes. */
export interface AlertmanagerOptions {
  /** Where Alertmanager is, with its path prefix; a name and a password in it are basic authentication. */
  readonly url?: string | URL | undefined;
  /** All members of a cluster: each is told everything. */
  readonly urls?: readonly (string | URL)[] | undefined;
  /** Shown to each as a bearer token, instead of a name and a password. */
  readonly token?: string | undefined;
  /** Certificates to trust instead of those of Node.js, as PEM. */
  readonly ca?: string | undefined;
  /** An alert that goes on firing is sent again after this; 60,000 ms unless told otherwise. */
  readonly resendMs?: number | undefined;
  /** How often rules are evaluated; 15,000 ms unless told otherwise. */
  readonly intervalMs?: number | undefined;
  /** How long an answer may take; 10,000 ms unless told otherwise. */
  readonly timeoutMs?: number | undefined;
  /** How many alerts wait for each Alertmanager; the oldest give way. 10,000 unless told otherwise. */
  readonly keep?: number | undefined;
  /** Told when sending begins to fail; by default it is a warning of the process. */
  readonly onWarning?: OnWarning | undefined;
}

const kinds: Kinds<AlertmanagerOptions> = {
  url: secret(url(['http:', 'https:'], 'an http or https URL')),
  urls: secret(listOf(url(['http:', 'https:'], 'an http or https URL'), 1)),
  token: secret(text('text without line breaks', /^[\x21-\x7e]+$/)),
  ca: text('certificates as PEM'),
  resendMs: milliseconds,
  intervalMs: milliseconds,
  timeoutMs: milliseconds,
  keep: whole(1, 1_000_000),
  onWarning: onWarningKind,
};

const checkOptions = optionsCheck<AlertmanagerOptions>('an Alertmanager', refusals.alerts, kinds);

/** What became of the alerts for one Alertmanager. */
export interface AlertmanagerCounts {
  /** Its host and port. */
  readonly host: string;
  /** Alerts that it took. */
  readonly sent: number;
  /** Alerts in batches that failed, each time. */
  readonly failed: number;
  /** Alerts that were given up: the queue was full, or Alertmanager refused them. */
  readonly dropped: number;
  /** Alerts that wait. */
  readonly waiting: number;
}

/** One that says what became of what it was told. */
export interface AlertmanagerReceiver extends NoticeReceiver {
  readonly counts: readonly AlertmanagerCounts[];
}

/**
 * A receiver of notices that passes them on to one Alertmanager or several.
 *
 * @example
 * ```ts
 * import { alertmanager } from 'vsr-metrics/notifications';
 *
 * const receiver = alertmanager({ urls: ['http://10.0.0.2:9093', 'http://10.0.0.3:9093'] });
 * process.once('SIGTERM', () => void receiver.close());
 * ```
 * @throws AlertsError when an option does not fit
 */
export function alertmanager(options: AlertmanagerOptions): AlertmanagerReceiver {
  checkOptions(options);
  const { url: one, urls, token, ca, resendMs = 60_000, intervalMs = 15_000 } = options;
  if ((one === undefined) === (urls === undefined)) {
    throw new AlertsError('VSR_METRICS_ALERTS_OPTIONS', {
      problem: 'an Alertmanager needs either the option url or the option urls',
    });
  }
  const { timeoutMs = 10_000, keep = 10_000, onWarning } = options;
  const warn = warnerFor(undefined, onWarning);
  const queues = (urls ?? [one!]).map((each) => {
    const { url: base, authorization } = separateCredentials(each);
    base.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
    const shown = token === undefined ? authorization : `Bearer ${token}`;
    return new Queue({ url: base, authorization: shown, ca, timeoutMs }, keep, resendMs, warn);
  });
  return new Receiver(queues, resendMs, intervalMs);
}

/** An alert as the API takes it. */
interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** What was told of an alert last. */
interface Told {
  readonly startsAt: number;
  readonly endsAt: number | undefined;
  readonly atMs: number;
}

/** How long Prometheus remembers an alert that is over. */
const rememberMs = 15 * 60_000;

class Receiver implements AlertmanagerReceiver {
  readonly #queues: readonly Queue[];
  readonly #resendMs: number;
  readonly #validMs: number;
  readonly #told = new Map<string, Told>();
  #isClosed = false;

  constructor(queues: readonly Queue[], resendMs: number, intervalMs: number) {
    this.#queues = queues;
    this.#resendMs = resendMs;
    // Two evaluations or sends in a row may fail without an alert ending by itself.
    this.#validMs = 4 * Math.max(resendMs, intervalMs);
  }

  get counts(): readonly AlertmanagerCounts[] {
    return this.#queues.map((queue) => queue.counts);
  }

  tell(notices: readonly Notice[]): void {
    if (this.#isClosed) return;
    const atMs = monotonicMs();
    const due = new Map<string, PostableAlert>();
    for (const notice of notices) {
      const identity = identityOf(notice.labels);
      const { startsAt, endsAt } = notice;
      if (!this.#isDue(identity, notice, atMs)) continue;
      // The one told last is the last in the map too, so that the oldest are found at its beginning.
      this.#told.delete(identity);
      this.#told.set(identity, { startsAt, endsAt, atMs });
      due.set(identity, postable(notice, Date.now() + this.#validMs));
    }
    this.#forget(atMs - Math.max(rememberMs, this.#resendMs));
    if (due.size > 0) for (const queue of this.#queues) queue.add(due);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#queues.map((queue) => queue.close()));
  }

  #isDue(identity: string, { startsAt, endsAt }: Notice, atMs: number): boolean {
    const told = this.#told.get(identity);
    if (told === undefined || told.startsAt !== startsAt || told.endsAt !== endsAt) return true;
    return atMs - told.atMs >= this.#resendMs;
  }

  #forget(beforeMs: number): void {
    for (const [identity, { atMs }] of this.#told) {
      if (atMs >= beforeMs) return;
      this.#told.delete(identity);
    }
  }
}

/** As many alerts go with one request as Prometheus sends with one. */
const batchSize = 64;

/** The alerts that wait for one Alertmanager, the newest state of each. */
class Queue {
  readonly #post: Post;
  readonly #keep: number;
  readonly #resendMs: number;
  readonly #warn: Warn;
  #waiting = new Map<string, PostableAlert>();
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isFailing = false;
  #sent = 0;
  #failed = 0;
  #dropped = 0;

  constructor(post: Post, keep: number, resendMs: number, warn: Warn) {
    this.#post = post;
    this.#keep = keep;
    this.#resendMs = resendMs;
    this.#warn = warn;
  }

  get counts(): AlertmanagerCounts {
    return {
      host: this.#post.url.host,
      sent: this.#sent,
      failed: this.#failed,
      dropped: this.#dropped,
      waiting: this.#waiting.size,
    };
  }

  add(alerts: ReadonlyMap<string, PostableAlert>): void {
    for (const [identity, alert] of alerts) {
      this.#waiting.delete(identity);
      this.#waiting.set(identity, alert);
    }
    this.#dropOldest();
    this.#start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#sending;
    // Once more for what came, or came back, meanwhile.
    if (this.#waiting.size > 0) await this.#send();
    this.#dropped += this.#waiting.size;
    this.#waiting.clear();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#sending ??= this.#send().then((isStuck) => {
      this.#sending = undefined;
      if (this.#waiting.size === 0 || this.#isClosed) return;
      if (isStuck) this.#timer = setTimeout(() => this.#start(), this.#resendMs).unref();
      else this.#start();
    });
  }

  /** Sends until nothing waits, or a batch fails: the others would fail too. True when one did. */
  async #send(): Promise<boolean> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, batchSize);
      for (const [identity] of batch) this.#waiting.delete(identity);
      const outcome = await this.#sendBatch(batch.map(([, alert]) => alert));
      if (outcome === 'later') {
        // In front of the others; what has a newer state by now keeps that one.
        this.#waiting = new Map([...batch, ...this.#waiting]);
        this.#dropOldest();
        return true;
      }
    }
    return false;
  }

  async #sendBatch(alerts: readonly PostableAlert[]): Promise<'over' | 'later'> {
    let problem: string;
    let isRefused = false;
    try {
      const status = await postJson(this.#post, JSON.stringify(alerts));
      if (status >= 200 && status < 300) {
        this.#sent += alerts.length;
        this.#isFailing = false;
        return 'over';
      }
      problem = `it answered with ${status}`;
      // The same alerts would be refused again.
      isRefused = status >= 300 && status < 500 && status !== 429;
    } catch (error) {
      problem = (error as Error).message;
    }
    this.#failed += alerts.length;
    if (isRefused) this.#dropped += alerts.length;
    if (!this.#isFailing) this.#tellFailure(problem);
    return isRefused ? 'over' : 'later';
  }

  #tellFailure(problem: string): void {
    this.#isFailing = true;
    this.#warn({
      code: 'VSR_METRICS_NOTIFICATION',
      message:
        `Alertmanager ${this.#post.url.host}: ${problem}; further failures are only counted, ` +
        'until something arrives',
    });
  }

  #dropOldest(): void {
    for (const identity of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#keep) return;
      this.#waiting.delete(identity);
      this.#dropped++;
    }
  }
}

function postable(notice: Notice, validUntil: number): PostableAlert {
  const { labels, annotations, startsAt, endsAt = validUntil, generatorUrl } = notice;
  return {
    labels,
    annotations,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    ...(generatorUrl !== '' && { generatorURL: generatorUrl }),
  };
}

/** The same for the same labels, in whatever order they come. */
function identityOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
