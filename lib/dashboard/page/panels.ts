// The charts: which families stand in them, and what of them is drawn.

import { Chart, type ChartKind } from './chart.js';
import { element, fillSelect, setText } from './dom.js';
import {
  choose,
  foremost,
  isError,
  isLatency,
  isResource,
  isState,
  isThroughput,
} from './families.js';
import { type Labels, sharedLabels, shortName, unitOf } from './format.js';
import { byLast, combined, isAnythingThere, type Line, linesOf, rateLine } from './lines.js';
import { type Family, getJson, numberOf, type ReplicaChoice, report, type Store } from './store.js';

/** What the reader of the page has chosen. */
export interface Choice extends ReplicaChoice {
  readonly rangeSeconds: number;
}

interface PanelKind extends ChartKind {
  readonly accepts: (family: Family) => boolean;
  /** Chosen first, the foremost that is there. */
  readonly prefers: readonly string[];
  /** Whether all of them can be shown at once. */
  readonly sums?: true;
}

const kinds: readonly PanelKind[] = [
  { title: 'Throughput', axis: 'time', accepts: isThroughput, prefers: foremost.throughput },
  { title: 'Latency over time', axis: 'time', accepts: isLatency, prefers: foremost.latency },
  {
    title: 'Percentile curve, since start',
    axis: 'percentile',
    accepts: isLatency,
    prefers: foremost.latency,
  },
  { title: 'State', axis: 'time', accepts: isState, prefers: foremost.state },
  { title: 'Errors', axis: 'time', accepts: isError, prefers: [], sums: true },
  { title: 'Resources', axis: 'time', accepts: isResource, prefers: foremost.processor },
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
    const head = element('div', { class: 'head' }, element('h3', {}, kind.title), this.#select);
    const name = { class: 'panel', 'aria-label': kind.title };
    this.root = element('section', name, head, this.#help, this.#chart.root);
  }

  show(choice: Choice): void {
    this.#choice = choice;
    const families = this.#store.families.filter(this.#kind.accepts);
    this.root.hidden = families.length === 0;
    if (families.length === 0) return;
    const options = families.map(({ name }) => ({ value: name, text: name }));
    const sums = this.#kind.sums ? [{ value: all, text: 'all, by metric' }] : [];
    fillSelect(this.#select, [...sums, ...options]);
    if (!this.#chosen && !this.#kind.sums) this.#choose(families);
    this.#draw(choice, families);
  }

  restyle(): void {
    this.#chart.restyle();
    if (this.#choice !== undefined) this.show(this.#choice);
  }

  #choose(families: readonly Family[]): void {
    // Gauges at zero say something.
    const isKnown = (name: string) => {
      const least = this.#store.family(name)?.kind === 'gauge' ? Number.NEGATIVE_INFINITY : 1;
      const series = this.#store.series(name);
      return series.some(({ count, value }) => (count ?? numberOf(value)) >= least);
    };
    const found = choose(families, this.#kind.prefers, isKnown);
    if (found === undefined) return;
    this.#select.value = found.name;
    // What has been recorded meanwhile does not change what one looks at.
    this.#chosen = isKnown(found.name);
  }

  #draw(choice: Choice, families: readonly Family[]): void {
    const to = this.#store.values.takenAt / 1000;
    const range = [to - choice.rangeSeconds, to] as const;
    const family = this.#store.family(this.#select.value);
    if (family === undefined) {
      setText(this.#help, `${families.length} metrics that count what went wrong`);
      const lines = families.map(({ name }) => {
        void this.#store.follow(name).catch(report);
        const tracks = this.#store.tracksOf(name, choice);
        return combined(
          name,
          tracks.map((track) => rateLine(name, track, range)),
          'sum',
        );
      });
      const rising = lines.filter(isAnythingThere).sort(byLast);
      this.#chart.show(rising, { range, unit: 'per_sec', empty: 'No errors in this time.' });
      return;
    }
    setText(this.#help, family.help);
    this.#help.title = family.help;
    if (this.#kind.axis === 'percentile') {
      void this.#fetchCurves(family, choice).catch(report);
      this.#showCurves(family);
      return;
    }
    void this.#store.follow(family.name).catch(report);
    const lines = linesOf(family, this.#store.tracksOf(family.name, choice), range);
    const empty = lines.every(({ y }) => y.every((value) => value === null));
    const isQuiet = family.kind === 'histogram' && empty;
    this.#chart.show(isQuiet ? [] : lines, { range, unit: unitOf(family), empty: nothing });
  }

  #showCurves(family: Family): void {
    this.#chart.show(this.#curves, { range: undefined, unit: unitOf(family), empty: nothing });
  }

  async #fetchCurves(family: Family, { replicaLabel, replica }: Choice): Promise<void> {
    // The curve of all that was ever recorded moves slowly.
    const labels = replica === undefined ? {} : { [`label.${replicaLabel}`]: replica };
    const of = `${new URLSearchParams({ name: family.name, ...labels })}`;
    const every = `${of} ${Math.floor(this.#store.values.takenAt / 5000)}`;
    if (every === this.#curvesOf) return;
    this.#curvesOf = every;
    const { series } = await getJson<CurvesDocument>(`api/v1/percentiles?${of}`);
    // Another may have been chosen meanwhile.
    if (every !== this.#curvesOf) return;
    const recorded = series.filter(({ count }) => count > 0);
    const hidden = sharedLabels(recorded.map(({ labels }) => labels));
    this.#curves = recorded.map(({ labels, points }) => {
      const below = points.filter(({ percentile }) => percentile < 1);
      return {
        name: shortName(labels, hidden) || 'all',
        x: below.map(({ percentile }) => 1 / (1 - percentile)),
        y: below.map(({ value }) => value),
      };
    });
    this.#showCurves(family);
  }
}

const nothing = 'Nothing has been recorded in this time.';

interface CurvesDocument {
  readonly series: readonly {
    readonly labels: Labels;
    readonly count: number;
    readonly points: readonly { readonly percentile: number; readonly value: number }[];
  }[];
}
