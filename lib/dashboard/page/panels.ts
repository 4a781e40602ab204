// The charts: which families stand in them, and how their past becomes lines.

import { Chart, type ChartKind, type Line, mostLines } from './chart.js';
import { element, fillSelect } from './dom.js';
import { formatLabels, sharedLabels, unitOf } from './format.js';
import { type Family, getJson, growth, type Labels, type Store, type Track } from './store.js';

/** What the reader of the page has chosen. */
export interface Choice {
  readonly replicaLabel: string | undefined;
  /** Undefined: all of them. */
  readonly replica: string | undefined;
  readonly rangeSeconds: number;
}

const errorNames =
  /error|fail|reject|corrupt|byzantine|timeout|evict|dropped|violation|overflow|duplicate/;
const resourceNames = /memory|heap|cpu|disk|network|bytes|connections|file_descriptors|event_loop/;
const ownNames = /^vsr_metrics_/;

export function isError({ kind, name }: Family): boolean {
  return kind === 'counter' && errorNames.test(name);
}

interface PanelKind extends ChartKind {
  readonly accepts: (family: Family) => boolean;
  /** Chosen first, the foremost that is there; otherwise the one that most is recorded of. */
  readonly prefers: readonly string[];
}

const latencyPreferences = ['vsr_client_latency_ms', 'vsr_prepare_latency_ms'];

const kinds: readonly PanelKind[] = [
  {
    title: 'Throughput, per second',
    axis: 'time',
    accepts: (family) =>
      family.kind === 'counter' && !isError(family) && !ownNames.test(family.name),
    prefers: ['vsr_operations_total'],
  },
  {
    title: 'Latency over time',
    axis: 'time',
    accepts: ({ kind }) => kind === 'histogram',
    prefers: latencyPreferences,
  },
  {
    title: 'Percentile curve, since start',
    axis: 'percentile',
    accepts: ({ kind }) => kind === 'histogram',
    prefers: latencyPreferences,
  },
  {
    title: 'State',
    axis: 'time',
    accepts: ({ kind, name }) => kind === 'gauge' && !resourceNames.test(name),
    prefers: ['vsr_replica_lag_operations', 'kimberlite_projection_lag', 'vsr_view_number'],
  },
  {
    title: 'Errors, per second',
    axis: 'time',
    accepts: isError,
    prefers: ['vsr_byzantine_rejections_total'],
  },
  {
    title: 'Resources',
    axis: 'time',
    accepts: ({ kind, name }) => kind === 'gauge' && resourceNames.test(name),
    prefers: ['vsr_cpu_utilization_percent', 'vsr_memory_used_bytes'],
  },
];

const all = '*';

export class Panels {
  readonly #panels: readonly Panel[];

  constructor(store: Store, root: HTMLElement) {
    this.#panels = kinds.map((kind) => new Panel(store, kind));
    root.append(...this.#panels.map(({ root }) => root));
  }

  show(choice: Choice): void {
    for (const panel of this.#panels) panel.show(choice);
  }

  restyle(): void {
    for (const panel of this.#panels) panel.restyle();
  }
}

class Panel {
  readonly root: HTMLElement;
  readonly #store: Store;
  readonly #kind: PanelKind;
  readonly #select: HTMLSelectElement;
  readonly #help = element('p', { class: 'help' });
  readonly #chart: Chart;
  #choice: Choice | undefined;
  #chosen = false;
  #curves: Line[] = [];
  #curvesOf = '';

  constructor(store: Store, kind: PanelKind) {
    this.#store = store;
    this.#kind = kind;
    this.#chart = new Chart(kind);
    this.#select = element('select', { 'aria-label': `${kind.title}: metric` });
    this.#select.addEventListener('change', () => {
      this.#chosen = true;
      if (this.#choice !== undefined) this.show(this.#choice);
    });
    const head = element('div', { class: 'head' }, element('h2', {}, kind.title), this.#select);
    const name = { class: 'panel', 'aria-label': kind.title };
    this.root = element('section', name, head, this.#help, this.#chart.root);
  }

  show(choice: Choice): void {
    this.#choice = choice;
    const families = this.#store.families.filter(this.#kind.accepts);
    this.root.hidden = families.length === 0;
    if (families.length === 0) return;
    const options = families.map(({ name }) => ({ value: name, text: name }));
    const sums = this.#kind.accepts === isError ? [{ value: all, text: 'all, by metric' }] : [];
    fillSelect(this.#select, [...sums, ...options]);
    if (!this.#chosen) this.#choose(families);
    this.#draw(choice, families);
  }

  restyle(): void {
    this.#chart.restyle();
  }

  #choose(families: readonly Family[]): void {
    if (this.#kind.accepts === isError) return;
    const busiest = (name: string) =>
      this.#store.series(name).reduce((sum, { count = 0, labels }) => {
        return sum + (this.#store.rate(name, labels) ?? 0) + count;
      }, 0);
    const wanted = this.#kind.prefers.find(
      (name) => families.some((each) => each.name === name) && this.#store.series(name).length > 0,
    );
    const best = families.reduce((a, b) => (busiest(b.name) > busiest(a.name) ? b : a));
    this.#select.value = wanted ?? best.name;
    // What has been recorded meanwhile does not change what one looks at.
    this.#chosen =
      this.#store.values.takenAt > 0 && (wanted !== undefined || busiest(best.name) > 0);
  }

  #draw(choice: Choice, families: readonly Family[]): void {
    const family = this.#store.family(this.#select.value);
    const range = rangeOf(this.#store.values.takenAt, choice);
    if (family === undefined) {
      this.#help.textContent = `${families.length} metrics that count what went wrong`;
      const lines = families.map(({ name }) => {
        void this.#store.follow(name).catch(report);
        return summed(name, this.#tracks(name, choice), range);
      });
      this.#chart.show(lines.filter(isAnythingThere).sort(byLast), range);
      return;
    }
    const unit = unitOf(family.unit);
    this.#help.textContent = unit === '' ? family.help : `${unit} · ${family.help}`;
    this.#help.title = family.help;
    if (this.#kind.axis === 'percentile') {
      void this.#fetchCurves(family.name, choice).catch(report);
      this.#chart.show(this.#curves, undefined);
      return;
    }
    void this.#store.follow(family.name).catch(report);
    const tracks = this.#tracks(family.name, choice);
    this.#chart.show(linesOf(family, tracks, range), range);
  }

  async #fetchCurves(name: string, { replicaLabel, replica }: Choice): Promise<void> {
    // The curve of all that was ever recorded moves slowly.
    const labels = replica === undefined ? {} : { [replicaLabel!]: replica };
    const of = `${new URLSearchParams({ name, ...labels })}`;
    const every = `${of} ${Math.floor(this.#store.values.takenAt / 5000)}`;
    if (every === this.#curvesOf) return;
    this.#curvesOf = every;
    const { series } = await getJson<CurvesDocument>(`api/v1/percentiles?${of}`);
    const recorded = series.filter(({ count }) => count > 0);
    const hidden = sharedLabels(recorded.map(({ labels }) => labels));
    this.#curves = recorded.map(({ labels, points }) => {
      const below = points.filter(({ percentile }) => percentile < 1);
      return {
        name: formatLabels(labels, hidden) || 'all',
        x: below.map(({ percentile }) => 1 / (1 - percentile)),
        y: below.map(({ value }) => value),
      };
    });
    this.#chart.show(this.#curves, undefined);
  }

  #tracks(name: string, { replicaLabel, replica }: Choice): Track[] {
    const tracks = this.#store.tracks(name);
    if (replica === undefined || replicaLabel === undefined) return tracks;
    return tracks.filter(({ labels }) => (labels[replicaLabel] ?? replica) === replica);
  }
}

interface CurvesDocument {
  readonly series: readonly {
    readonly labels: Labels;
    readonly count: number;
    readonly points: readonly { readonly percentile: number; readonly value: number }[];
  }[];
}

type Range = readonly [from: number, to: number];

/** In seconds, as the charts have it. */
function rangeOf(takenAt: number, { rangeSeconds }: Choice): Range {
  const to = takenAt / 1000;
  return [to - rangeSeconds, to];
}

function linesOf({ kind }: Family, tracks: readonly Track[], range: Range): Line[] {
  if (kind === 'histogram' && tracks.length === 1) {
    return ['50', '90', '99', '99.9'].map((percent) =>
      percentileLine(`p${percent}`, tracks[0]!, percent, range),
    );
  }
  const hidden = sharedLabels(tracks.map(({ labels }) => labels));
  const lines = tracks.map((track) => {
    const name = formatLabels(track.labels, hidden) || 'value';
    if (kind === 'histogram') return percentileLine(`p99 ${name}`, track, '99', range);
    return kind === 'counter' ? rateLine(name, track, range) : valueLine(name, track, range);
  });
  // Gauges at zero say something, counters and histograms without records do not.
  const busy = kind === 'gauge' ? lines : lines.filter(isAnythingThere);
  const shown = (busy.length > 0 ? busy : lines).filter(({ x }) => x.length > 0);
  // Which are drawn is by size; those few keep their order, so that colours stay.
  return shown.length > mostLines ? shown.sort(byLast) : shown;
}

function valueLine(name: string, { points }: Track, range: Range): Line {
  return line(
    name,
    range,
    points.map(({ at, value }) => [at, finite(value)] as const),
  );
}

function percentileLine(name: string, { points }: Track, percent: string, range: Range): Line {
  const values = points
    .filter(({ percentiles }) => percentiles !== undefined)
    .map(({ at, percentiles }) => [at, percentiles?.[percent] ?? null] as const);
  return line(name, range, values);
}

function rateLine(name: string, { points }: Track, range: Range): Line {
  const rates = points.slice(1).map(({ at, value }, index) => {
    const before = points[index]!;
    return [at, growth(before.value, value) / ((at - before.at) / 1000)] as const;
  });
  return line(name, range, rates);
}

function line(
  name: string,
  [from, to]: Range,
  points: readonly (readonly [at: number, value: number | null])[],
): Line {
  const within = points.filter(([at]) => at / 1000 >= from && at / 1000 <= to);
  return { name, x: within.map(([at]) => at / 1000), y: within.map(([, value]) => value) };
}

/** The rates of all series of a family, by time. */
function summed(name: string, tracks: readonly Track[], range: Range): Line {
  const sums = new Map<number, number>();
  for (const track of tracks) {
    const { x, y } = rateLine(name, track, range);
    x.forEach((at, index) => {
      sums.set(at, (sums.get(at) ?? 0) + (y[index] ?? 0));
    });
  }
  const entries = [...sums].sort(([a], [b]) => a - b);
  return { name, x: entries.map(([at]) => at), y: entries.map(([, sum]) => sum) };
}

function isAnythingThere({ y }: Line): boolean {
  return y.some((value) => value !== null && value !== 0);
}

function byLast(a: Line, b: Line): number {
  return (b.y.at(-1) ?? 0) - (a.y.at(-1) ?? 0);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function report(problem: unknown): void {
  // The connection says so already, and the next second tries again.
  console.info(problem);
}
