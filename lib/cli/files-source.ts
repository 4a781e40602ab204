// Many files as one source: the series of all of them, and how the files and their programs do.

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { type Omission, SnapshotCombiner } from '../core/combined-snapshot.js';
import type { HistoryPoint, HistoryRange } from '../core/history-points.js';
import type { WriterState } from '../core/reader.js';
import { createRegistry } from '../core/registry.js';
import type { Snapshot } from '../core/snapshot.js';
import type { HealthResult, HealthStatus } from '../health/report.js';
import type { HealthSource, ServerSource } from '../server/source.js';
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

/** How well a file does, by the state of its program. */
const healthOf: Readonly<Record<WriterState, HealthStatus>> = {
  alive: 'healthy',
  hung: 'degraded',
  dead: 'unhealthy',
};

export class FilesSource implements ServerSource, HealthSource {
  readonly #sources: readonly Source[];
  readonly #files: readonly WatchedFile[];
  readonly #commonLabels: Readonly<Record<string, string>>;
  readonly #report: (message: string) => void;
  readonly #problems = new Map<Source, string>();
  readonly #combiner = new SnapshotCombiner();
  #omitted: readonly Omission[] | undefined;
  #remarks: readonly string[] = [];
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

  /** Reads all files anew. */
  snapshot(): Snapshot {
    const { snapshot, omissions } = this.#combine(this.#read());
    this.#remarks = [...this.#problems.values(), ...omissions];
    return snapshot;
  }

  /** What was wrong when they were last read, in words. */
  remarks(): readonly string[] {
    return this.#remarks;
  }

  /** Reads all files anew: each is a check, and healthy when its program runs. */
  results(): HealthResult[] {
    return this.#read().map((reading, index): HealthResult => {
      const { problem } = reading;
      const state = problem === undefined ? reading.writer.state : 'dead';
      const words = state === 'alive' ? 'ok' : `its program is ${state}`;
      return {
        name: this.#sources[index]!.name,
        status: healthOf[state],
        message: problem ?? words,
        durationMs: 0,
        details: {},
        critical: true,
        checkedAt: Date.now(),
        staleAfterMs: Number.POSITIVE_INFINITY,
      };
    });
  }

  /** Earlier values of one series, from the file that it is from; none of the series that this adds. */
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

  close(): void {
    this.#own.close();
  }

  #read(): FileReading[] {
    const readings = this.#files.map((file) => file.read());
    readings.forEach((reading, index) => {
      this.#describe(this.#sources[index]!, reading);
    });
    return readings;
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
