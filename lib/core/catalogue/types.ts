// What a catalogue is made of: plain data that names metric families and their labels. The shapes
// here are what `defineCatalogue` accepts; what a program may do with them is in metrics-types.ts.

import type { ResourceName } from './resources.js';

export type { ResourceName };

/** The kinds of metric family. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * How the threads' cells of a gauge become one value. `last` is one cell for all: it keeps what was
 * set last. The others have a cell a thread, so threads can also step them up and down.
 */
export type Combine = 'last' | 'sum' | 'min' | 'max';

/** Significant decimal digits that a histogram keeps of every value. */
export type Digits = 1 | 2 | 3;

/**
 * What a label may say: `'any'` is open (series appear on first use, up to `maxSeries`), a list is
 * a closed set (its series exist from the start and are exported as 0).
 */
export type LabelDomain = 'any' | readonly string[];

/** The labels of a family, in the order in which they are rendered. */
export interface LabelDeclarations {
  readonly [name: string]: LabelDomain;
}

/** The values between which a histogram keeps its precision, in the family's unit. */
export interface HistogramRange {
  readonly min: number;
  readonly max: number;
}

interface CommonDeclaration {
  /** The name in every exposition, exact: nothing is added or taken away in text format. */
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /**
   * The unit, as it stands at the end of the name: `seconds`, `bytes`, `ms`. Left out, it is the
   * last word of the name where that is a unit of time, of bytes, a ratio or percent.
   */
  readonly unit?: string;
  readonly labels?: LabelDeclarations;
  /** How many series the open labels of this family may make; 1000 unless told otherwise. */
  readonly maxSeries?: number;
}

/** A total that only grows. */
export interface CounterDeclaration extends CommonDeclaration {
  readonly kind: 'counter';
  readonly resource?: never;
  readonly combine?: never;
  readonly initial?: never;
  readonly buckets?: never;
  readonly digits?: never;
  readonly range?: never;
}

interface CommonGaugeDeclaration extends CommonDeclaration {
  readonly kind: 'gauge';
  /**
   * A gauge that nobody has set is absent. With `initial: 0` it is 0 instead: for what is known to be
   * 0 before anything happened, as the number of requests under way.
   */
  readonly initial?: 0;
  readonly buckets?: never;
  readonly digits?: never;
  readonly range?: never;
}

/** A gauge that the program sets. */
export interface ProgramGaugeDeclaration extends CommonGaugeDeclaration {
  /** `last` unless told otherwise. */
  readonly combine?: Combine;
  readonly resource?: undefined;
}

/** A gauge that the operating system fills. */
export interface ResourceGaugeDeclaration extends CommonGaugeDeclaration {
  /**
   * What it is filled with: one reading, or one for each value of a label. Sampled natively every 5 s,
   * once the labels before that one are fixed; open labels behind it are empty for the whole.
   */
  readonly resource: ResourceName | Readonly<Record<string, ResourceName>>;
  /** One thread samples for all: there is nothing to combine. */
  readonly combine?: 'last';
}

/** A value that goes up and down. */
export type GaugeDeclaration = ProgramGaugeDeclaration | ResourceGaugeDeclaration;

/** A distribution. */
export interface HistogramDeclaration extends CommonDeclaration {
  readonly kind: 'histogram';
  /** The upper bounds that are exported as `le`, ascending, without +Inf. Their counts are exact. */
  readonly buckets: readonly number[];
  /** 3 unless told otherwise. */
  readonly digits?: Digits;
  /** 10^-6 to 10^9 unless told otherwise. Values outside are counted, but not told apart. */
  readonly range?: HistogramRange;
  readonly resource?: never;
  readonly combine?: never;
  readonly initial?: never;
}

export type FamilyDeclaration = CounterDeclaration | GaugeDeclaration | HistogramDeclaration;

/** Families by the key under which a program reaches them: `registry.metrics.<key>`. */
export interface FamilyDeclarations {
  readonly [key: string]: FamilyDeclaration;
}

/** The conventions of names that a catalogue may break for a reason; see conventions.ts. */
export type Convention =
  | 'total-suffix'
  | 'reserved-suffix'
  | 'base-unit'
  | 'unit-suffix'
  | 'type-in-name'
  | 'snake-case'
  | 'reserved-label'
  | 'help';

/** For each metric name: the conventions that it breaks on purpose, and why. */
export interface Waivers {
  readonly [metric: string]: { readonly [C in Convention]?: string };
}

/** A convention that a family breaks, or a waiver that nothing needs. */
export interface CatalogueWarning {
  readonly metric: string;
  readonly convention: Convention;
  /** A whole sentence, with the name and a better one. */
  readonly message: string;
}

/** What `defineCatalogue` is given. */
export interface CatalogueDeclaration<Families extends FamilyDeclarations = FamilyDeclarations> {
  /** For messages: which catalogue declares a metric. */
  readonly name: string;
  readonly families: Families;
  readonly waive?: Waivers;
  /**
   * Allows names beyond a-z, 0-9, _ and :, such as `http.server.duration`. Scrapers get them as they
   * are only when they ask for that; all others get an escaped form, with _ unless they want another.
   */
  readonly utf8Names?: boolean;
}

/** A checked, frozen catalogue. */
export interface Catalogue<Families extends FamilyDeclarations = FamilyDeclarations> {
  readonly name: string;
  readonly families: Families;
  readonly waive: Waivers;
  readonly utf8Names: boolean;
  /** Conventions broken without a waiver. `createRegistry` prints them once. */
  readonly warnings: readonly CatalogueWarning[];
}

/** What a registry is created from: a catalogue, or several that have no key and no name in common. */
export type CatalogueInput = Catalogue | readonly Catalogue[];
