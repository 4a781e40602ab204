// The charts: which families stand in them, and what of them is drawn.

import type { ForemostPlace } from '../../catalogues/cluster/profile.js';
import { Chart, type ChartKind } from './chart.js';
import { colourOf } from './colours.js';
import { element, fillSelect, setText } from './dom.js';
import {
  choose,
  countsErrors,
  familiesWithErrors,
  foremost,
  isLatency,
  isResource,
  isState,
  isThroughput,
} from './families.js';
import { type Labels, sharedLabels, shortName, unitOf } from './format.js';
import {
  byLast,
  combined,
  isAnythingThere,
  type Line,
  lagLines,
  linesOf,
  type Range,
  rateLine,
} from './lines.js';
import { type Family, getJson, numberOf, type ReplicaChoice, report, type Store } from './store.js';

/** What the reader of the page has chosen. */
export interface Choice extends ReplicaChoice {
  readonly rangeSeconds: number;
}

interface PanelKind extends ChartKind {
  readonly families: (store: Store) => readonly Family[];
  /** Chosen first, the foremost that is there. */
  readonly prefers?: ForemostPlace;
  /** What can be shown besides the families, and how. */
  readonly derived?: (store: Store) => Derived | undefined;
}

/** Lines that no family has by itself. */
interface Derived {
  readonly title: string;
  readonly help: string;
  readonly unit: string;
  readonly empty: string;
  readonly lines: (choice: Choice, range: Range) => readonly Line[];
}

function accepts(isOne: (family: Family) => boolean): PanelKind['families'] {
  return (store) => store.families.filter(isOne);
}

const kinds: readonly PanelKind[] = [
  {
    title: 'Throughput',
    axis: 'time',
    families: accepts(isThroughput),
    prefers: 'throughput',
  },
  { title: 'Latency over time', axis: 'time', families: accepts(isLatency), prefers: 'latency' },
  {
    title: 'Percentile curve, since start',
    axis: 'percentile',
    families: accepts(isLatency),
    prefers: 'latency',
  },
  { title: 'State', axis: 'time', families: accepts(isState), prefers: 'state', derived: lag },
  { title: 'Errors', axis: 'time', families: familiesWithErrors, derived: errors },
  { title: 'Resources', axis: 'time', families: accepts(isResource), prefers: 'processor' },
];

/** How far each member is behind what the cluster has committed, also one that cannot know it. */
function lag(store: Store): Derived | undefined {
  const { cluster } = store.values;
  const position = store.membersProfile()?.members?.position;
  if (cluster === undefined || position === undefined || cluster.members.length < 2) {
    return undefined;
  }
  return {
    title: `lag of each ${cluster.member}`,
    help: `Operations that each ${cluster.member} lacks of what the cluster has committed`,
    unit: '',
    empty: nothing,
    lines: (choice, range) => {
      void store.follow(position).catch(report);
      const tracks = store.tracksOf(position, { ...choice, replica: undefined });
      const chosen = new Set(store.tracksOf(position, choice).map(({ labels }) => labels));
      const lines = lagLines(store, tracks, range);
      return lines.filter((_, index) => chosen.has(tracks[index]!.labels));
    },
  };
}

/** Everything that counts what went wrong, a line for each metric and each way to end badly. */
function errors(store: Store): Derived {
  const families = familiesWithErrors(store);
  return {
    title: 'all, by metric',
    help: `${families.length} metrics that count what went wrong`,
    unit: 'per_sec',
    empty: 'No errors in this time.',
    lines: (choice, range) =>
      families
        .flatMap((family): Line[] => {
          void store.follow(family.name).catch(report);
          const tracks = store
            .tracksOf(family.name, choice)
            .filter(({ labels }) => countsErrors(family, labels));
          const byEnd = new Map<string, Line[]>();
          for (const track of tracks) {
            const { status, outcome, result } = track.labels;
            const end = status ?? outcome ?? result;
            const name = end === undefined ? family.name : `${family.name} ${end}`;
            byEnd.set(name, [...(byEnd.get(name) ?? []), rateLine(name, track, range)]);
          }
          return Array.from(byEnd, ([name, lines]) => combined(name, lines, 'sum'));
        })
        .filter(isAnythingThere)
        .sort(byLast),
  };
}

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
    const families = this.#kind.families(this.#store);
    const derived = this.#kind.derived?.(this.#store);
    this.root.hidden = families.length === 0;
    if (families.length === 0) return;
    const options = families.map(({ name }) => ({ value: name, text: name }));
    const more = derived === undefined ? [] : [{ value: all, text: derived.title }];
    fillSelect(this.#select, [...more, ...options]);
    if (!this.#chosen) this.#choose(families, derived);
    this.#draw(choice, derived);
  }

  restyle(): void {
    this.#chart.restyle();
    if (this.#choice !== undefined) this.show(this.#choice);
  }

  #choose(families: readonly Family[], derived: Derived | undefined): void {
    if (derived !== undefined) {
      this.#select.value = all;
      return;
    }
    // Gauges at zero say something.
    const isKnown = (name: string) => {
      const least = this.#store.family(name)?.kind === 'gauge' ? Number.NEGATIVE_INFINITY : 1;
      const series = this.#store.series(name);
      return series.some(({ count, value }) => (count ?? numberOf(value)) >= least);
    };
    const { prefers } = this.#kind;
    const names = prefers === undefined ? [] : foremost(this.#store, prefers);
    const found = choose(families, names, isKnown);
    if (found === undefined) return;
    this.#select.value = found.name;
    // What has been recorded meanwhile does not change what one looks at.
    this.#chosen = isKnown(found.name);
  }

  #draw(choice: Choice, derived: Derived | undefined): void {
    const store = this.#store;
    const to = store.values.takenAt / 1000;
    const range = [to - choice.rangeSeconds, to] as const;
    const family = store.family(this.#select.value);
    if (family === undefined) {
      if (derived === undefined) return;
      const { help, unit, empty } = derived;
      setText(this.#help, help);
      this.#help.title = help;
      this.#chart.show(derived.lines(choice, range), { range, unit, empty });
      return;
    }
    setText(this.#help, family.help);
    this.#help.title = family.help;
    if (this.#kind.axis === 'percentile') {
      void this.#fetchCurves(family, choice).catch(report);
      this.#showCurves(family);
      return;
    }
    void store.follow(family.name).catch(report);
    const merged = choice.replica === undefined ? store.mergedTrack(family.name) : undefined;
    const tracks = store.tracksOf(family.name, choice);
    const lines = linesOf(store, family, tracks, range, merged);
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
    const { series, merged } = await getJson<CurvesDocument>(`api/v1/percentiles?${of}`);
    // Another may have been chosen meanwhile.
    if (every !== this.#curvesOf) return;
    const recorded = series.filter(({ count }) => count > 0);
    const hidden = sharedLabels(recorded.map(({ labels }) => labels));
    const own = recorded.map((curve) => ({
      ...lineOf(shortName(curve.labels, hidden) || 'all', curve),
      colour: colourOf(this.#store, curve.labels),
    }));
    const together = merged === undefined || own.length < 2 ? [] : [lineOf('all together', merged)];
    this.#curves = [...own, ...together.map((line) => ({ ...line, colour: lastColour }))];
    this.#showCurves(family);
  }
}

const nothing = 'Nothing has been recorded in this time.';

/** Grey in both schemes: of no replica, unless there are eight. */
const lastColour = 7;

interface Curve {
  readonly count: number;
  readonly percentiles: Readonly<Record<string, number | null>>;
  readonly max: number | null;
  readonly points: readonly { readonly percentile: number; readonly value: number }[];
}

interface CurvesDocument {
  readonly series: readonly (Curve & { readonly labels: Labels })[];
  /** All of them as one, where there are several. */
  readonly merged?: Curve;
}

function lineOf(name: string, { percentiles, max, points }: Curve): Line {
  const below = points.filter(({ percentile }) => percentile < 1);
  return {
    name,
    x: below.map(({ percentile }) => 1 / (1 - percentile)),
    y: below.map(({ value }) => value),
    exact: { ...percentiles, 100: max },
  };
}
