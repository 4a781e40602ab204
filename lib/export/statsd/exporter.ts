// Snapshots as StatsD datagrams.
//
// Counters and histograms are sent as what they grew by since they were last sent. A datagram that
// the system refuses is not lost: its series keep the snapshot that they were sent up to, and the
// next export has what came since. One that the system takes counts as sent, whatever becomes of it:
// sending it again might count it twice. For the same reason a histogram whose values went half into
// a datagram that was refused loses that half, and `dropped` tells.

import { type Kinds, optionsCheck, refusals, text, whole } from '../../core/options.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import type { SnapshotLayout } from '../../core/region/directory.js';
import type { SeriesInfo } from '../../core/region/family-info.js';
import {
  type StatsdFormat,
  statsdEntries,
  statsdFormatKinds,
  tooLongSeries,
} from '../../exposition/statsd.js';
import type { Exporter, ExportReport } from '../exporter.js';
import { parseEndpoint, type StatsdEndpoint } from './endpoint.js';
import { packDatagrams } from './packing.js';
import type { Transport } from './transport.js';
import { UdpTransport } from './udp-transport.js';
import { UnixTransport } from './unix-transport.js';

/** Where a StatsD server is and how it is spoken to; nothing is needed. */
export interface StatsdOptions extends StatsdFormat {
  /** `localhost:8125` unless told otherwise; `[::1]:8125`; `unix:/run/statsd.sock`. */
  readonly endpoint?: string;
  /**
   * By default 1,432, which every network takes in one piece, and 8,192 on Unix sockets.
   */
  readonly maxDatagramBytes?: number;
}

// Snapshots that are kept for series whose datagrams were refused.
const mostKept = 10;
// After so many refusals in a row the rest of an export is not tried.
const mostFailures = 3;
const smallestDatagram = 128;
const largestDatagram = 65_507;

export const statsdKinds: Kinds<StatsdOptions> = {
  ...statsdFormatKinds,
  // What it may be is told by the parser.
  endpoint: text('HOST:PORT, [IPV6]:PORT, or unix:/PATH'),
  maxDatagramBytes: whole(smallestDatagram, largestDatagram),
};

const checkOptions = optionsCheck<StatsdOptions>(
  'a StatsD exporter',
  refusals.exporter,
  statsdKinds,
);

/**
 * An exporter for `startExporter`; `startStatsd` is the short way.
 *
 * @example
 * ```ts
 * import { startExporter } from 'vsr-metrics/export';
 * import { createStatsdExporter } from 'vsr-metrics/statsd';
 *
 * const exporter = createStatsdExporter({ endpoint: 'statsd.internal:8125', tags: 'dogstatsd' });
 * const running = startExporter({ registry, exporter, everyMs: 1000 });
 * ```
 * @throws ExporterError when an option does not fit
 */
export function createStatsdExporter(options: StatsdOptions = {}): Exporter {
  checkOptions(options);
  const endpoint = parseEndpoint(options.endpoint ?? 'localhost:8125');
  const { maxDatagramBytes = endpoint.kind === 'udp' ? 1432 : 8192 } = options;
  return new StatsdExporter(() => open(endpoint), options, maxDatagramBytes);
}

function open(endpoint: StatsdEndpoint): Transport {
  return endpoint.kind === 'udp'
    ? new UdpTransport(endpoint.host, endpoint.port)
    : new UnixTransport(endpoint.path);
}

/** The export that runs. */
interface Current {
  readonly snapshot: Snapshot;
  readonly sent: ReadonlySet<SeriesInfo>;
  /** Those of a datagram that the system has, and has said nothing about yet. */
  given: readonly SeriesInfo[];
}

/** Up to which snapshot each series has been sent; undefined: never. */
type SentUpTo = Map<SeriesInfo, Snapshot | undefined>;

class StatsdExporter implements Exporter {
  readonly name = 'statsd';
  readonly #open: () => Transport;
  readonly #format: StatsdFormat;
  readonly #mostBytes: number;
  #report: ExportReport | undefined;
  #transport: Transport | undefined;
  #layout: SnapshotLayout | undefined;
  #tooLong: ReadonlySet<SeriesInfo> = new Set();
  #hasWarned = false;
  /** What all series were sent up to, but for those that were refused. */
  #previous: Snapshot | undefined;
  #refused: SentUpTo = new Map();
  #current: Current | undefined;

  constructor(open: () => Transport, format: StatsdFormat, mostBytes: number) {
    this.#open = open;
    this.#format = format;
    this.#mostBytes = mostBytes;
  }

  start(report: ExportReport): void {
    this.#report = report;
    this.#transport = this.#open();
    this.#transport.prepare?.();
  }

  async export(snapshot: Snapshot): Promise<void> {
    this.#findTooLong(snapshot.layout);
    const entries = statsdEntries(
      snapshot,
      (series) => this.#sentUpTo(series),
      this.#format,
      (series) => !this.#tooLong.has(series),
    );
    const sent = new Set<SeriesInfo>();
    const current: Current = { snapshot, sent, given: [] };
    this.#current = current;
    const refused: SeriesInfo[] = [];
    let failure: unknown;
    let failuresInRow = 0;
    for (const datagram of packDatagrams(entries, this.#mostBytes)) {
      const added = datagram.entries.filter(({ isAdded }) => isAdded).map(({ series }) => series);
      try {
        // A server that is not there takes time for each datagram.
        if (failuresInRow >= mostFailures || this.#transport === undefined) throw failure;
        await this.#transport.send(datagram.bytes, () => {
          current.given = added;
        });
        failuresInRow = 0;
        for (const series of added) sent.add(series);
      } catch (error) {
        current.given = [];
        failure ??= error ?? new Error('closed');
        failuresInRow++;
        refused.push(...added);
      }
    }
    this.#keep(refused, sent);
    this.#previous = snapshot;
    this.#current = undefined;
    if (failure !== undefined) throw failure;
  }

  exportAtExit(snapshot: Snapshot): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#findTooLong(snapshot.layout);
    const current = this.#current;
    // What an export that runs has sent is not sent again.
    const gone = new Set([...(current?.sent ?? []), ...(current?.given ?? [])]);
    const entries = statsdEntries(
      snapshot,
      (series) => (gone.has(series) ? current?.snapshot : this.#sentUpTo(series)),
      this.#format,
      (series) => !this.#tooLong.has(series),
    );
    for (const datagram of packDatagrams(entries, this.#mostBytes)) {
      transport.sendNow(datagram.bytes);
    }
  }

  close(): void {
    this.#transport?.close();
    this.#transport = undefined;
  }

  #sentUpTo(series: SeriesInfo): Snapshot | undefined {
    return this.#refused.has(series) ? this.#refused.get(series) : this.#previous;
  }

  /** Remembers what was refused, as long as that keeps no more than so many snapshots alive. */
  #keep(refused: readonly SeriesInfo[], sent: ReadonlySet<SeriesInfo>): void {
    const whole = refused.filter((series) => !sent.has(series));
    const all: SentUpTo = new Map(whole.map((series) => [series, this.#sentUpTo(series)]));
    const newest = [...new Set(all.values())]
      .sort((one, other) => (other?.takenAt ?? 0) - (one?.takenAt ?? 0))
      .slice(0, mostKept);
    this.#refused = new Map([...all].filter(([, snapshot]) => newest.includes(snapshot)));
    const lost = refused.length - whole.length + all.size - this.#refused.size;
    if (lost > 0) this.#report?.dropped(lost);
  }

  #findTooLong(layout: SnapshotLayout): void {
    if (layout !== this.#layout) {
      this.#layout = layout;
      this.#tooLong = tooLongSeries(layout, this.#format, this.#mostBytes);
    }
    if (this.#tooLong.size === 0) return;
    this.#report?.dropped(this.#tooLong.size);
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const [first] = this.#tooLong;
    this.#report?.warn(
      `lines of ${first!.family.name} may be longer than maxDatagramBytes, ${this.#mostBytes}; it ` +
        'and others like it are left out, and counted in ' +
        'vsr_metrics_export_dropped_total{exporter="statsd"}',
    );
  }
}
