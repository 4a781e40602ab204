// The labels of a series, in one form for as long as the series is there, so that what is derived
// from them is derived once.

/** What says what a series measures, not which one it is: dropped when values become others. */
const metadata = ['__name__', '__type__', '__unit__'];

/** No name and no value holds these characters side by side. */
const separator = '\u0000\u0001';

let none: Labels | undefined;

/**
 * Labels with their values, sorted; those with an empty value are left out, `__name__` is one of
 * them. What a SeriesSource gives should be the same object each time: much is remembered by it.
 */
export class Labels {
  /** The same text for the same labels. */
  readonly key: string;
  readonly #names: readonly string[];
  readonly #values: readonly string[];
  #withoutMetadata: Labels | undefined;

  private constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#values = values;
    this.key = names.map((name, index) => `${name}${separator}${values[index]}`).join(separator);
  }

  /** No labels at all. */
  static get none(): Labels {
    none ??= new Labels([], []);
    return none;
  }

  static of(values: Readonly<Record<string, string>>): Labels {
    const names = Object.keys(values).filter((name) => values[name] !== '');
    names.sort(compare);
    if (names.length === 0) return Labels.none;
    return new Labels(
      names,
      names.map((name) => values[name]!),
    );
  }

  /** The value of a label, empty when there is none. */
  get(name: string): string {
    const index = this.#names.indexOf(name);
    return index < 0 ? '' : this.#values[index]!;
  }

  /** What is left without the name of the metric. */
  get withoutMetadata(): Labels {
    this.#withoutMetadata ??= this.without(metadata);
    return this.#withoutMetadata;
  }

  /** Only these labels. */
  keeping(names: readonly string[]): Labels {
    return this.#filtered((name) => names.includes(name));
  }

  /** All but these labels. */
  without(names: readonly string[]): Labels {
    return this.#filtered((name) => !names.includes(name));
  }

  /** With one label as given; an empty value takes it away. */
  with(name: string, value: string): Labels {
    if (this.get(name) === value) return this;
    return Labels.of({ ...this.toRecord(), [name]: value });
  }

  toRecord(): Record<string, string> {
    // A label may be called __proto__.
    return Object.fromEntries(this.#names.map((name, index) => [name, this.#values[index]!]));
  }

  /** As PromQL writes them: `up{job="a"}`. */
  toString(): string {
    const name = this.get('__name__');
    const pairs = this.#names
      .map((each, index) => `${each}=${JSON.stringify(this.#values[index])}`)
      .filter((pair) => !pair.startsWith('__name__='));
    return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`;
  }

  #filtered(keep: (name: string) => boolean): Labels {
    const kept = this.#names.map(keep);
    if (!kept.includes(false)) return this;
    if (!kept.includes(true)) return Labels.none;
    return new Labels(
      this.#names.filter((_, index) => kept[index]),
      this.#values.filter((_, index) => kept[index]),
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As many results are remembered by their key; then it begins anew. */
const mostRemembered = 20_000;

/**
 * Some of the labels, as the same object for all series that share them: series that belong together
 * are found by identity.
 */
export class Projection {
  readonly #project: (labels: Labels) => Labels;
  #bySource = new WeakMap<Labels, Labels>();
  #byKey = new Map<string, Labels>();

  constructor(project: (labels: Labels) => Labels) {
    this.#project = project;
  }

  static keeping(names: readonly string[]): Projection {
    return new Projection((labels) => labels.keeping(names));
  }

  /** Everything but these. */
  static dropping(names: readonly string[]): Projection {
    return new Projection((labels) => labels.without(names));
  }

  /** All but these, and but the name of the metric. */
  static without(names: readonly string[]): Projection {
    const dropped = [...metadata, ...names];
    return new Projection((labels) => labels.without(dropped));
  }

  of(labels: Labels): Labels {
    const before = this.#bySource.get(labels);
    if (before !== undefined) return before;
    const projected = this.#project(labels);
    let known = this.#byKey.get(projected.key);
    if (known === undefined) {
      known = projected;
      this.#byKey.set(projected.key, known);
    }
    this.#bySource.set(labels, known);
    return known;
  }

  /**
   * Before an evaluation: forgets what has piled up of series that may be long gone. Not during one,
   * because then one label set would be two objects.
   */
  begin(): void {
    if (this.#byKey.size <= mostRemembered) return;
    this.#bySource = new WeakMap();
    this.#byKey = new Map();
  }
}

/** What two sets of labels come to, remembered for as long as both are there. */
export class Pairing {
  readonly #combine: (a: Labels, b: Labels) => Labels;
  readonly #known = new WeakMap<Labels, WeakMap<Labels, Labels>>();

  constructor(combine: (a: Labels, b: Labels) => Labels) {
    this.#combine = combine;
  }

  of(a: Labels, b: Labels): Labels {
    let row = this.#known.get(a);
    if (row === undefined) {
      row = new WeakMap();
      this.#known.set(a, row);
    }
    let combined = row.get(b);
    if (combined === undefined) {
      combined = this.#combine(a, b);
      row.set(b, combined);
    }
    return combined;
  }
}
