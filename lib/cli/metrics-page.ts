// What `serve` answers: the series of all files, and how the files do.

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { type Omission, SnapshotCombiner } from '../core/combined-snapshot.js';
import type { HistoryPoint, HistoryRange } from '../core/history-points.js';
import type { WriterState } from '../core/reader.js';
import { createRegistry } from '../core/registry.js';
import type { Snapshot } from '../core/snapshot.js';
import { negotiate, renderBytes } from '../exposition/index.js';
import { type FileReading, WatchedFile } from './files.js';
import type { Source } from './sources.js';

const states: readonly WriterState[] = ['alive', 'hung', 'dead'];
const maxSeries = 10_000;

const sourceCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics-serve',
  families: {
    up: {
      kind: 'gauge',
      name: 'vsr_metrics_source_up',
      help: 'Whether the file could be read',
      labels: { file: 'any' },
      maxSeries,
    },
    writerState: {
      kind: 'gauge',
      name: 'vsr_metrics_source_writer_state',
      help: '1 for the state that the program which made the file is in',
      labels: { file: 'any', state: ['alive', 'hung', 'dead'] },
      maxSeries,
    },
    heartbeatAge: {
      kind: 'gauge',
      name: 'vsr_metrics_source_heartbeat_age_seconds',
      help: 'How long ago that program was last heard of',
      labels: { file: 'any' },
      maxSeries,
    },
    omitted: {
      kind: 'gauge',
      name: 'vsr_metrics_source_omitted_series',
      help: 'Series of the file that are left out because their name means something else before',
      labels: { file: 'any' },
      maxSeries,
    },
  },
});

export interface RenderedPage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export class MetricsPage {
  readonly #sources: readonly Source[];
  readonly #files: readonly WatchedFile[];
  readonly #commonLabels: Readonly<Record<string, string>>;
  readonly #report: (message: string) => void;
  readonly #problems = new Map<Source, string>();
  readonly #combiner = new SnapshotCombiner();
  #omitted: readonly Omission[] | undefined;
  readonly #own = createRegistry({
    catalogue: sourceCatalogue,
    capacity: { lanes: 1, historyBytes: 0, series: 2 * maxSeries },
  });

  /** `report` is told when something about a file changes for the worse or the better. */
  constructor(
    sources: readonly Source[],
    options: {
      readonly commonLabels: Readonly<Record<string, string>>;
      readonly hungAfterMs: number;
      readonly report: (message: string) => void;
    },
  ) {
    this.#sources = sources;
    const { commonLabels, hungAfterMs, report } = options;
    this.#files = sources.map(({ path }) => new WatchedFile(path, { hungAfterMs }));
    this.#commonLabels = commonLabels;
    this.#report = report;
  }

  /** Reads all files anew, for a client that sent this Accept header. */
  render(accept: string | undefined): RenderedPage {
    const { snapshot, omissions } = this.#read();
    const { format, contentType, escaping } = negotiate(accept);
    const body = renderBytes(format, snapshot, { escaping });
    // OpenMetrics takes no comments, and protobuf and JSON have none.
    if (format !== 'prometheus') return { contentType, body };
    const comments = [...this.#problems.values(), ...omissions].map(comment);
    return { contentType, body: Buffer.concat([Buffer.from(comments.join('')), body]) };
  }

  /** Reads all files anew. */
  snapshot(): Snapshot {
    return this.#read().snapshot;
  }

  /** Earlier values of one series, from the file that it is from; none of the page's own series. */
  history(name: string, range: HistoryRange = {}): HistoryPoint[] {
    const index = this.#sources.findIndex((source) => source.name === range.labels?.file);
    if (index < 0) return [];
    const added = this.#sources[index]!.labels;
    const labels = Object.fromEntries(
      Object.entries(range.labels!)
        .filter(([label]) => !Object.hasOwn(added, label))
        .map(([label, value]) => [label.replace(/^exported_/, ''), value]),
    );
    return this.#files[index]!.history(name, { ...range, labels });
  }

  /** Reads all files once, so that what is wrong with them is said at the start. */
  check(): void {
    this.render(undefined);
  }

  close(): void {
    this.#own.close();
  }

  #read(): { snapshot: Snapshot; omissions: string[] } {
    const readings = this.#files.map((file) => file.read());
    readings.forEach((reading, index) => {
      this.#describe(this.#sources[index]!, reading);
    });
    return this.#combine(readings);
  }

  #combine(readings: readonly FileReading[]): { snapshot: Snapshot; omissions: string[] } {
    const parts = readings.flatMap((reading, index) => {
      const source = this.#sources[index]!;
      return reading.problem === undefined ? [{ source, snapshot: reading.snapshot }] : [];
    });
    const combine = () =>
      this.#combiner.combine([
        // First, so that no file can take its names.
        { snapshot: this.#own.snapshot(), labels: this.#commonLabels },
        ...parts.map(({ source, snapshot }) => ({ snapshot, labels: source.labels })),
      ]);
    let combined = combine();
    if (combined.omitted !== this.#omitted) {
      this.#countOmitted(
        combined.omitted,
        parts.map(({ source }) => source),
      );
      // Once more, with how many were left out.
      combined = combine();
      this.#omitted = combined.omitted;
    }
    const omissions = combined.omitted.map(
      ({ part, metric, series, reason }) =>
        `${parts[part - 1]?.source.path}: ${metric} (${series} series) is left out: ${reason}`,
    );
    return { snapshot: combined.snapshot, omissions };
  }

  #describe(source: Source, reading: FileReading): void {
    const { up, writerState, heartbeatAge, omitted } = this.#own.metrics;
    const file = source.name;
    const { problem } = reading;
    up.with({ file }).set(problem === undefined ? 1 : 0);
    const state = problem === undefined ? reading.writer.state : undefined;
    for (const each of states) writerState.with({ file, state: each }).set(each === state ? 1 : 0);
    if (problem === undefined) {
      heartbeatAge.with({ file }).set(reading.writer.heartbeatAgeMs / 1000);
    } else {
      heartbeatAge.remove({ file });
      omitted.remove({ file });
    }
    this.#announce(source, problem);
  }

  #countOmitted(omitted: readonly Omission[], sources: readonly Source[]): void {
    sources.forEach(({ name }, index) => {
      const own = omitted.filter(({ part }) => part === index + 1);
      const series = own.reduce((sum, omission) => sum + omission.series, 0);
      this.#own.metrics.omitted.with({ file: name }).set(series);
    });
  }

  #announce(source: Source, problem: string | undefined): void {
    const before = this.#problems.get(source);
    if (problem === before) return;
    if (problem === undefined) this.#problems.delete(source);
    else this.#problems.set(source, problem);
    this.#report(problem ?? `${source.path} can be read again`);
  }
}

function comment(text: string): string {
  // One that began with TYPE or HELP would be none.
  return `# vsr-metrics: ${text.replace(/[\r\n]+/g, ' ')}\n`;
}
