// From a catalogue to the type of `registry.metrics`: which keys there are, which recorder each
// gives, and which labels it asks for first.
//
//   function countReplies(metrics: Metrics<typeof vsr, { replica_id: string }>): void {
//     metrics.messagesSent.with({ message_type: 'Reply' }).inc();
//   }

import type { Catalogue, CatalogueInput, Combine, LabelDeclarations } from '../catalogue/types.js';
import type {
  CombiningGauge,
  Counter,
  Histogram,
  LabelledFamily,
  LastGauge,
} from './interfaces.js';
import type { TypeProblem } from './type-problem.js';

/** No labels at all: what `fixedLabels` and `labelValues` are when they are left out. */
export type None = Readonly<Record<never, never>>;

// ---- families -------------------------------------------------------------------------------

/** The families of one catalogue, or of several together, by key. */
export type FamiliesOf<C extends CatalogueInput> = C extends Catalogue
  ? C['families']
  : C extends readonly Catalogue[]
    ? MergedFamilies<C>
    : never;

type MergedFamilies<List extends readonly Catalogue[]> = List extends readonly []
  ? None
  : List extends readonly [infer Only extends Catalogue]
    ? Only['families']
    : List extends readonly [
          infer First extends Catalogue,
          ...infer Rest extends readonly Catalogue[],
        ]
      ? First['families'] & MergedFamilies<Rest>
      : List[number]['families'];

/** Keys that more than one catalogue of the list declares. */
type SharedKeys<List extends readonly unknown[], Seen = never> = List extends readonly [
  infer First extends Catalogue,
  ...infer Rest,
]
  ? string extends keyof First['families']
    ? SharedKeys<Rest, Seen>
    : (keyof First['families'] & Seen) | SharedKeys<Rest, Seen | keyof First['families']>
  : never;

/** `unknown` when the catalogues can stand side by side; otherwise a problem that names the keys. */
export type Disjoint<C extends CatalogueInput> = C extends readonly Catalogue[]
  ? [SharedKeys<C>] extends [never]
    ? unknown
    : TypeProblem<`the key ${SharedKeys<C> & string} is declared by more than one catalogue`>
  : unknown;

// ---- labels ---------------------------------------------------------------------------------

/** The labels that one family declares. */
export type LabelsOf<F> = F extends { readonly labels: infer L extends LabelDeclarations }
  ? L
  : None;

/** The values of one label: those declared, those added with `labelValues`, or any string. */
type LabelValue<Domain, Extra, Name> = Domain extends readonly (infer Value extends string)[]
  ? Value | AddedValue<Extra, Name>
  : string;

type AddedValue<Extra, Name> = Name extends keyof Extra
  ? Extra[Name] extends readonly (infer Value extends string)[]
    ? Value
    : never
  : never;

// ---- metrics --------------------------------------------------------------------------------

/** The recorder of a family, by its kind. */
export type RecorderOf<F> = F extends { readonly kind: 'counter' }
  ? Counter
  : F extends { readonly kind: 'histogram' }
    ? Histogram
    : F extends { readonly combine: Exclude<Combine, 'last'> }
      ? CombiningGauge
      : LastGauge;

/**
 * What `registry.metrics.<key>` is: a recorder, or a family that asks first for the labels that it
 * declares and that are not fixed. (Spelt out here, so that the compiler's messages show the labels
 * and not the name of a helper.)
 */
export type MetricOf<F, Fixed, Extra> = [Exclude<keyof LabelsOf<F>, keyof Fixed>] extends [never]
  ? RecorderOf<F>
  : LabelledFamily<
      RecorderOf<F>,
      {
        readonly [Name in Exclude<keyof LabelsOf<F>, keyof Fixed>]: LabelValue<
          LabelsOf<F>[Name],
          Extra,
          Name
        >;
      }
    >;

/**
 * The type of `registry.metrics`, for signatures of one's own.
 *
 * `C` is `typeof` a catalogue, or a tuple of several. `Fixed` has the labels that are fixed when the
 * registry is created (their values do not matter here). `Extra` has the values that were added to
 * closed sets.
 *
 * @example
 * ```ts
 * import type { Metrics } from 'vsr-metrics';
 * import { type kimberlite, vsr } from 'vsr-metrics/catalogues';
 * import { createRegistry } from 'vsr-metrics';
 *
 * function onPrepareOk(metrics: Metrics<typeof vsr, { replica_id: string }>, votes: number): void {
 *   metrics.prepareOkVotes.set(votes);
 * }
 * type Both = Metrics<[typeof vsr, typeof kimberlite], { replica_id: string; node_id: string }>;
 *
 * const own = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
 * onPrepareOk(own.metrics, 2);
 * const lag = (metrics: Both): void => metrics.projectionLag.set(0);
 * ```
 */
export type Metrics<C extends CatalogueInput, Fixed = None, Extra = None> = MetricsOfFamilies<
  FamiliesOf<C>,
  Fixed,
  Extra
>;

type MetricsOfFamilies<Families, Fixed, Extra> = {
  readonly [Key in keyof Families]: MetricOf<Families[Key], Fixed, Extra>;
};

// ---- options --------------------------------------------------------------------------------

/** Names of the labels of all families. */
export type LabelName<C extends CatalogueInput> = LabelNameIn<FamiliesOf<C>>;

type LabelNameIn<Families> = {
  [Key in keyof Families]: keyof LabelsOf<Families[Key]>;
}[keyof Families] &
  string;

/** Names of the labels that have a closed set in some family. */
export type ClosedLabelName<C extends CatalogueInput> = ClosedLabelNameIn<FamiliesOf<C>>;

type ClosedLabelNameIn<Families> = {
  [Key in keyof Families]: ClosedLabels<LabelsOf<Families[Key]>>;
}[keyof Families] &
  string;

type ClosedLabels<Labels> = {
  [Name in keyof Labels]: Labels[Name] extends readonly string[] ? Name : never;
}[keyof Labels];

/** Values that every family which declares the label accepts. */
type CommonValue<Families, Name, Extra> = Intersected<
  {
    [Key in keyof Families]: Name extends keyof LabelsOf<Families[Key]>
      ? { value: LabelValue<LabelsOf<Families[Key]>[Name], Extra, Name> }
      : never;
  }[keyof Families]
>;

// The values travel in a wrapper, so that a set of several does not fall apart into single ones.
type Intersected<Wrapped> = (
  Wrapped extends { value: infer Value }
    ? (value: Value) => void
    : never
) extends (value: infer Common) => void
  ? Common
  : never;

/** The shape of `fixedLabels`: declared labels only, with values that all their families accept. */
export type CheckedFixedLabels<C extends CatalogueInput, Fixed, Extra> = {
  readonly [Name in keyof Fixed]-?: Name extends LabelName<C>
    ? Fixed[Name] extends CommonValue<FamiliesOf<C>, Name, Extra>
      ? string
      : TypeProblem<`a family that declares the label ${Name} does not accept this value`>
    : TypeProblem<`no family declares the label ${Name & string}`>;
};

/** The shape of `labelValues`: labels with a closed set only. */
export type CheckedLabelValues<C extends CatalogueInput, Extra> = {
  readonly [Name in keyof Extra]: Name extends ClosedLabelName<C>
    ? readonly string[]
    : TypeProblem<`no family has a closed set for the label ${Name & string}`>;
};

/** Fixed labels by name, before they are checked against a catalogue. */
export type FixedLabels = Readonly<Record<string, string>>;

/** Added label values by label name, before they are checked against a catalogue. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/**
 * The options that turn a catalogue into typed metrics; `createRegistry` and `attachRegistry` take
 * them among others.
 */
export interface CatalogueOptions<
  C extends CatalogueInput,
  Fixed extends FixedLabels = None,
  Extra extends LabelValues = None,
> {
  /** One catalogue, or several that have no key and no metric name in common. */
  readonly catalogue: C & Disjoint<C>;
  /** Fixes these labels in the families that declare them; they are asked for no more. */
  readonly fixedLabels?: Fixed & CheckedFixedLabels<C, Fixed, Extra>;
  /** Adds values to every closed set of these labels. */
  readonly labelValues?: Extra & CheckedLabelValues<C, Extra>;
  /** Added to every series of every family. No family may declare a label of the same name. */
  readonly defaultLabels?: Readonly<Record<string, string>>;
}
