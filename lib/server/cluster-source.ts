// Many files and servers as one source: the series of all of them, and how they and their programs
// do. None of them is waited for: servers are asked in the background.
//
//   const source = new ClusterSource([{ path: 'http://10.0.0.2:9464', name: 'b', labels: { file: 'b' } }]);
//   const server = await startServer({ source, health: source });

import { defineOwnCatalogue } from '../core/catalogue/define.js';
import { validateLabelName } from '../core/catalogue/validate.js';
import {
  type Kinds,
  milliseconds,
  objectWith,
  optionsCheck,
  refusals,
  required,
  secret,
  text,
  texts,
} from '../core/options.js';
import { type Omission, SnapshotCombiner, withLabels } from '../core/reading/combined-snapshot.js';
import type { HistoryPoint, HistoryRange } from '../core/reading/history-points.js';
import type { WriterState } from '../core/reading/reader.js';
import type { LabelFilter, Snapshot } from '../core/reading/snapshot.js';
import { redact } from '../core/redact.js';
import { createRegistry } from '../core/registry.js';
import { type OnWarning, onWarningKind, warnerFor } from '../core/warnings.js';
import type { FetchedHistory } from '../dashboard/source.js';
import type { HealthResult, HealthStatus } from '../health/report.js';
import { usualTimeoutMs } from '../http/get-json.js';
import type { HealthSource, ServerSource } from './source.js';
import { WatchedFile } from './watched-file.js';
import { usualEveryMs, WatchedServer, type WatchedServerOptions } from './watched-server.js';

const states: readonly WriterState[] = ['alive', 'hung', 'dead'];
const maxSeries = 10_000;

const sourceCatalogue = defineOwnCatalogue({
  name: 'vsr-metrics-serve',
  families: {
    up: {
      kind: 'gauge',
      name: 'vsr_metrics_source_up',
      help: 'Whether the file or server could be read',
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

/** A part of a cluster. */
export interface ClusterPart {
  /** A file, or the URL of a server. */
  readonly path: string;
  /** The value of the label `file`: no two parts have the same. */
  readonly name: string;
  /** For all its series; `file` comes first. */
  readonly labels: Readonly<Record<string, string>>;
  /** How a server is asked. */
  readonly request?: WatchedServerOptions;
}

/** Whether this is the URL of a server, and no path of a file. */
export function isUrl(path: string): boolean {
  return /^https?:\/\//.test(path);
}

/** What a part said when it was last asked. */
type Reading =
  | {
      readonly snapshot: Snapshot;
      /** Of its program. */
      readonly state: WriterState;
      readonly status: HealthStatus;
      readonly ageMs: number;
      readonly problem?: undefined;
    }
  | { readonly problem: string; readonly isNew: boolean };

/** How well a file does, by the state of its program. */
const healthOf: Readonly<Record<WriterState, HealthStatus>> = {
  alive: 'healthy',
  hung: 'degraded',
  dead: 'unhealthy',
};

export class ClusterSource implements ServerSource, HealthSource, AsyncDisposable {
  readonly #parts: readonly ClusterPart[];
  readonly #watched: readonly (WatchedFile | WatchedServer)[];
  readonly #commonLabels: Readonly<Record<string, string>>;
  readonly #report: (message: string) => void;
  readonly #problems = new Map<ClusterPart, string>();
  readonly #combiner = new SnapshotCombiner();
  #omitted: readonly Omission[] | undefined;
  #remarks: readonly string[] = [];
  readonly #own = createRegistry({
    catalogue: sourceCatalogue,
    capacity: { lanes: 1, historyBytes: 0, series: 2 * maxSeries },
  });

  /** `report` is told when something about a part changes for the worse or the better. */
  constructor(
    parts: readonly ClusterPart[],
    options: {
      readonly commonLabels: Readonly<Record<string, string>>;
      readonly hungAfterMs: number;
      /** How often servers are asked, unless a part says otherwise. */
      readonly everyMs?: number | undefined;
      readonly timeoutMs?: number | undefined;
      readonly report: (message: string) => void;
    },
  ) {
    this.#parts = parts;
    const { commonLabels, hungAfterMs, everyMs, timeoutMs, report } = options;
    this.#watched = parts.map(({ path, request }) =>
      isUrl(path)
        ? new WatchedServer(path, { everyMs, timeoutMs, ...request })
        : new WatchedFile(path, { hungAfterMs }),
    );
    this.#commonLabels = commonLabels;
    this.#report = report;
  }

  /** Reads all files anew, and takes what servers said last. */
  snapshot(): Snapshot {
    const { snapshot, omissions } = this.#combine(this.#read());
    this.#remarks = [...this.#problems.values(), ...omissions];
    return snapshot;
  }

  /** What this adds, and where a server counts what it refuses. */
  get ownRegistry(): object {
    return this.#own;
  }

  /** What was wrong when they were last read, in words. */
  remarks(): readonly string[] {
    return this.#remarks;
  }

  /** The same: each is a check, and healthy when its program runs and does well. */
  results(): HealthResult[] {
    return this.#read().map((reading, index): HealthResult => {
      const { problem } = reading;
      const status =
        problem === undefined ? reading.status : reading.isNew ? 'unknown' : 'unhealthy';
      return {
        name: this.#parts[index]!.name,
        status,
        message: problem ?? wordsOf(reading as Exclude<Reading, { problem: string }>),
        durationMs: 0,
        details: {},
        // Of several one is not the whole.
        critical: this.#parts.length === 1,
        checkedAt: Date.now() - (problem === undefined ? reading.ageMs : 0),
        staleAfterMs: Number.POSITIVE_INFINITY,
      };
    });
  }

  /** Earlier values of one series, from the file that it is from; none of the series that this adds. */
  history(name: string, range: HistoryRange = {}): HistoryPoint[] {
    const index = this.#parts.findIndex((part) => part.name === range.labels?.file);
    const watched = this.#watched[index];
    if (!(watched instanceof WatchedFile)) return [];
    return watched.history(name, { ...range, labels: this.#without(index, range.labels) });
  }

  /** Earlier values of what servers have; one that does not answer has none. */
  async fetchHistory(name: string, range: HistoryRange): Promise<readonly FetchedHistory[]> {
    const wanted = Object.entries(range.labels ?? {});
    const all = this.#watched.map(async (watched, index) => {
      if (watched instanceof WatchedFile) return [];
      // Filtered here, so that labels which are added here can be asked for.
      const found = await watched.history(name, { ...range, labels: {} });
      const added = Object.entries(this.#parts[index]!.labels);
      return found
        .map(({ labels, points }) => {
          return { labels: Object.fromEntries(withLabels(added, Object.entries(labels))), points };
        })
        .filter(({ labels }) => wanted.every(([label, value]) => labels[label] === value));
    });
    return (await Promise.all(all)).flat();
  }

  async close(): Promise<void> {
    for (const watched of this.#watched) {
      if (watched instanceof WatchedServer) watched.close();
    }
    await this.#own.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The labels of a series as its part has them. */
  #without(index: number, labels: LabelFilter = {}): LabelFilter {
    const added = this.#parts[index]!.labels;
    return Object.fromEntries(
      Object.entries(labels)
        .filter(([label]) => !Object.hasOwn(added, label))
        .map(([label, value]) => [label.replace(/^exported_/, ''), value]),
    );
  }

  #read(): Reading[] {
    return this.#watched.map((watched, index) => {
      const reading = watched instanceof WatchedFile ? ofFile(watched) : ofServer(watched);
      this.#describe(this.#parts[index]!, reading);
      return reading;
    });
  }

  #combine(readings: readonly Reading[]): { snapshot: Snapshot; omissions: string[] } {
    const parts = readings.flatMap((reading, index) => {
      const source = this.#parts[index]!;
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
        `${redact(parts[part - 1]?.source.path ?? '')}: ${metric} (${series} series) is left out: ${reason}`,
    );
    return { snapshot: combined.snapshot, omissions };
  }

  #describe(source: ClusterPart, reading: Reading): void {
    const { up, writerState, heartbeatAge, omitted } = this.#own.metrics;
    const file = source.name;
    const { problem } = reading;
    up.with({ file }).set(problem === undefined ? 1 : 0);
    const state = problem === undefined ? reading.state : undefined;
    for (const each of states) writerState.with({ file, state: each }).set(each === state ? 1 : 0);
    if (problem === undefined) {
      heartbeatAge.with({ file }).set(reading.ageMs / 1000);
    } else {
      heartbeatAge.remove({ file });
      omitted.remove({ file });
    }
    if (problem === undefined || !reading.isNew) this.#announce(source, problem);
  }

  #countOmitted(omitted: readonly Omission[], sources: readonly ClusterPart[]): void {
    sources.forEach(({ name }, index) => {
      const own = omitted.filter(({ part }) => part === index + 1);
      const series = own.reduce((sum, omission) => sum + omission.series, 0);
      this.#own.metrics.omitted.with({ file: name }).set(series);
    });
  }

  #announce(source: ClusterPart, problem: string | undefined): void {
    const before = this.#problems.get(source);
    if (problem === before) return;
    if (problem === undefined) this.#problems.delete(source);
    else this.#problems.set(source, problem);
    this.#report(problem ?? `${redact(source.path)} can be read again`);
  }
}

function ofFile(file: WatchedFile): Reading {
  const reading = file.read();
  if (reading.problem !== undefined) return { ...reading, isNew: false };
  const { state, heartbeatAgeMs } = reading.writer;
  return { snapshot: reading.snapshot, state, status: healthOf[state], ageMs: heartbeatAgeMs };
}

function ofServer(server: WatchedServer): Reading {
  const reading = server.read();
  return reading.problem === undefined ? { ...reading, state: 'alive' } : reading;
}

function wordsOf({ state, status }: { state: WriterState; status: HealthStatus }): string {
  if (state !== 'alive') return `its program is ${state}`;
  return status === 'healthy' ? 'ok' : `it says that it is ${status}`;
}

/** A part of a cluster, with more than its place. */
export interface ClusterPartOptions {
  /** A file, or the URL of a server. */
  readonly path: string;
  /** For all its series, besides `file`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Shown to a server that wants a token. */
  readonly token?: string;
  /** The file that it stands in, read again and again. Rather this than in the URL. */
  readonly tokenFile?: string;
}

/** What `createClusterSource` takes. */
export interface ClusterSourceOptions {
  /** The parts by name, each a file, the URL of a server, or either with more about it. */
  readonly sources: Readonly<Record<string, string | ClusterPartOptions>>;
  /** For all series of all parts. */
  readonly labels?: Readonly<Record<string, string>>;
  /** How often servers are asked: 1,000 unless told otherwise. */
  readonly everyMs?: number;
  /** How long a server may take to answer: 2,000 unless told otherwise. */
  readonly timeoutMs?: number;
  /** A program whose file shows no sign of life for so long is hung: 5,000 unless told otherwise. */
  readonly hungAfterMs?: number;
  /**
   * Told when something about a part changes for the worse or the better; by default it becomes a
   * warning of the process.
   */
  readonly onWarning?: OnWarning | undefined;
}

const place = text('a file, or the URL of a server');

const partKinds: Kinds<ClusterPartOptions> = {
  path: required(place),
  labels: texts,
  token: secret(text('visible ASCII characters without spaces', /^[\x21-\x7e]+$/)),
  tokenFile: text('a file'),
};

const checkSourceOptions = optionsCheck<ClusterSourceOptions>('a cluster source', refusals.server, {
  sources: required(objectWith([], 'an object of files and URLs by name')),
  labels: texts,
  everyMs: milliseconds,
  timeoutMs: milliseconds,
  hungAfterMs: milliseconds,
  onWarning: onWarningKind,
});

/**
 * Many files and servers as one source, for a page of a whole cluster: `vsr-metrics serve` is one.
 * Servers are asked every second in the background; whoever asks for a snapshot waits for none.
 *
 * @example
 * ```ts
 * import { createClusterSource, startServer } from 'vsr-metrics/server';
 *
 * const source = createClusterSource({
 *   sources: {
 *     'replica-0': '/dev/shm/replica-0.metrics',
 *     'replica-1': 'http://10.0.0.2:9464',
 *     'replica-2': { path: 'https://10.0.0.3:9464', tokenFile: '/run/secrets/metrics-token' },
 *   },
 * });
 * const server = await startServer({ source, health: source, port: 9464 });
 * await server.close();
 * source.close();
 * ```
 * @throws ServerError when a part or an option does not fit
 */
export function createClusterSource(options: ClusterSourceOptions): ClusterSource {
  checkSourceOptions(options);
  const { sources, labels: commonLabels = {}, hungAfterMs = 5000 } = options;
  const { everyMs = usualEveryMs, timeoutMs = usualTimeoutMs } = options;
  const warn = warnerFor(undefined, options.onWarning);
  const named = Object.entries(sources).map(([name, given]): ClusterPart => {
    const part = typeof given === 'string' ? { path: given } : given;
    checkPart(name, part);
    const { path, labels, token, tokenFile } = part;
    return {
      path,
      name,
      labels: { file: name, ...commonLabels, ...labels },
      request: { token, tokenFile },
    };
  });
  const report = (message: string) => warn({ code: 'VSR_METRICS_SERVER', message });
  return new ClusterSource(named, { commonLabels, hungAfterMs, everyMs, timeoutMs, report });
}

function checkPart(name: string, part: ClusterPartOptions): void {
  const whose = `the part ${JSON.stringify(name)} of a cluster`;
  optionsCheck<ClusterPartOptions>(whose, refusals.server, partKinds)(part);
  const { path, labels = {}, token, tokenFile } = part;
  const refuse = (problem: string, given: unknown, allowed: string) =>
    refusals.server({ problem: `${whose}: ${problem}`, given, allowed });
  if (isUrl(path) && !URL.canParse(path)) throw refuse('no URL', path, 'http://HOST:PORT');
  if (!isUrl(path) && (token ?? tokenFile) !== undefined) {
    throw refuse('a file takes no token', path, 'the URL of a server');
  }
  for (const label of Object.keys(labels)) validateLabelName(label, {});
  if (Object.hasOwn(labels, 'file')) {
    throw refuse('the label file is its name', labels.file, 'other labels');
  }
}
