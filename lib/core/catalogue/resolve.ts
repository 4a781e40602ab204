// From catalogues and the options of a registry to one flat list of families, with every default
// filled in and every label settled. What comes out needs no further checks.

import { CatalogueError, LabelError } from '../errors.js';
import { claimNames, type NameClaims } from './clashes.js';
import type {
  Catalogue,
  CatalogueInput,
  Combine,
  Digits,
  FamilyDeclaration,
  HistogramRange,
  LabelDomain,
  MetricKind,
} from './types.js';
import { inferUnit } from './units.js';
import {
  checkDistinctLabels,
  defaultDigits,
  defaultMaxSeries,
  defaultRange,
  isLabelValue,
  validateLabelName,
  validateValues,
} from './validate.js';

/** One label of a family, with what the registry's options say about it. */
export interface ResolvedLabel {
  readonly name: string;
  /** The closed set, with the values that were added; undefined when the label is open. */
  readonly values: readonly string[] | undefined;
  /** The value, when `fixedLabels` or `defaultLabels` gives it. */
  readonly fixed: string | undefined;
}

/** A family as the registry needs it. */
export interface ResolvedFamily {
  /** Where it is reached: `registry.metrics[key]`. */
  readonly key: string;
  /** The name of the catalogue that declares it. */
  readonly catalogue: string;
  readonly kind: MetricKind;
  readonly name: string;
  /** Whether names may be any text; see names.ts. */
  readonly utf8Names: boolean;
  readonly help: string;
  readonly unit: string | undefined;
  /** How threads combine; `sum` for counters and histograms. */
  readonly combine: Combine;
  /** What a gauge is until it is set; undefined: absent. */
  readonly initial: 0 | undefined;
  /** Declared labels in their order, then the default labels. */
  readonly labels: readonly ResolvedLabel[];
  /** Upper bounds without +Inf; empty unless a histogram. */
  readonly bounds: readonly number[];
  /** 0 unless a histogram. */
  readonly digits: 0 | Digits;
  /** Undefined unless a histogram. */
  readonly range: HistogramRange | undefined;
  /** How many series open labels may make. */
  readonly maxSeries: number;
  /** What the operating system fills the gauge with. */
  readonly resource: FamilyDeclaration['resource'];
}

/** The options of a registry that concern its catalogue. */
export interface ResolveOptions {
  readonly labelValues?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly fixedLabels?: Readonly<Record<string, string>> | undefined;
  readonly defaultLabels?: Readonly<Record<string, string>> | undefined;
}

/**
 * Flattens catalogues into families, in the order of declaration. Pure: the same input gives an
 * equal list, so that two threads agree on the order.
 *
 * @throws CatalogueError when catalogues have a key or a name in common
 * @throws LabelError when an option names a label or a value that does not fit
 */
export function resolveCatalogue(
  input: CatalogueInput,
  options: ResolveOptions = {},
): readonly ResolvedFamily[] {
  const catalogues = catalogueList(input);
  const { labelValues = {}, fixedLabels = {}, defaultLabels = {} } = options;
  for (const [name, value] of Object.entries(defaultLabels)) {
    validateLabelName(name, {});
    if (!isLabelValue(value)) refuseValue({}, name, value, 'a string');
  }
  // What stands beside each other in one catalogue was compared when it was defined.
  const claims: NameClaims | undefined = catalogues.length > 1 ? new Map() : undefined;
  const keys = new Map<string, string>();
  const resolved: ResolvedFamily[] = [];
  for (const { name: catalogue, families, utf8Names } of catalogues) {
    for (const [key, family] of Object.entries(families)) {
      const other = keys.get(key);
      if (other !== undefined) {
        throw new CatalogueError('VSR_METRICS_CATALOGUE_CLASH', {
          metric: family.name,
          problem: `the catalogues "${other}" and "${catalogue}" both have the key "${key}"`,
        });
      }
      keys.set(key, catalogue);
      if (claims !== undefined) claimNames(claims, catalogue, key, family);
      const options = { labelValues, fixedLabels, defaultLabels };
      resolved.push(resolveFamily({ name: catalogue, utf8Names }, key, family, options));
    }
  }
  refuseUnusedOptions(resolved, { labelValues, fixedLabels, defaultLabels });
  return resolved;
}

/**
 * The families of a catalogue that joins others in a registry that is there already. Of the options
 * what concerns its labels.
 *
 * @throws CatalogueError when it has a name in common with one of the others
 * @throws LabelError when an option's value does not fit
 */
export function resolveAdded(
  catalogue: Catalogue,
  others: readonly Catalogue[],
  { labelValues = {}, fixedLabels = {}, defaultLabels }: ResolveOptions,
): readonly ResolvedFamily[] {
  const [checked] = catalogueList(catalogue) as readonly [Catalogue];
  const claims: NameClaims = new Map();
  for (const { name, families } of [...others, checked]) {
    for (const [key, family] of Object.entries(families)) claimNames(claims, name, key, family);
  }
  const labels = Object.values(checked.families).flatMap((family) =>
    Object.entries(family.labels ?? {}),
  );
  const declared = new Set(labels.map(([name]) => name));
  const closed = new Set(labels.filter(([, domain]) => domain !== 'any').map(([name]) => name));
  return resolveCatalogue(checked, {
    labelValues: pick(labelValues, closed),
    fixedLabels: pick(fixedLabels, declared),
    defaultLabels,
  });
}

function pick<T>(of: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(of).filter(([name]) => names.has(name)));
}

/** One catalogue or several, as a list. */
export function catalogueList(input: CatalogueInput): readonly Catalogue[] {
  const list = (Array.isArray(input) ? input : [input]) as readonly Catalogue[];
  for (const catalogue of list) {
    if (Array.isArray(catalogue?.warnings)) continue;
    throw new CatalogueError('VSR_METRICS_CATALOGUE_INVALID', {
      problem: 'a catalogue is what defineCatalogue returns',
      given: catalogue,
    });
  }
  return list;
}

function resolveFamily(
  catalogue: Pick<Catalogue, 'name' | 'utf8Names'>,
  key: string,
  family: FamilyDeclaration,
  options: {
    readonly labelValues: Readonly<Record<string, readonly string[]>>;
    readonly fixedLabels: Readonly<Record<string, string>>;
    readonly defaultLabels: Readonly<Record<string, string>>;
  },
): ResolvedFamily {
  const { labelValues, fixedLabels, defaultLabels } = options;
  const metric = family.name;
  const labels: ResolvedLabel[] = [];
  for (const [name, domain] of Object.entries(family.labels ?? {})) {
    if (Object.hasOwn(defaultLabels, name)) {
      throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
        metric,
        problem: `declares the default label "${name}" itself`,
        allowed: 'fixedLabels, for labels that families declare',
      });
    }
    const values = extendDomain(metric, name, domain, labelValues);
    const fixed = Object.hasOwn(fixedLabels, name) ? fixedLabels[name] : undefined;
    if (Object.hasOwn(fixedLabels, name)) checkFixed(metric, name, values, fixed);
    labels.push({ name, values, fixed });
  }
  for (const [name, fixed] of Object.entries(defaultLabels)) {
    labels.push({ name, values: undefined, fixed });
  }
  checkDistinctLabels(
    metric,
    labels.map(({ name }) => name),
  );
  const histogram = family.kind === 'histogram' ? family : undefined;
  return {
    key,
    catalogue: catalogue.name,
    kind: family.kind,
    name: metric,
    utf8Names: catalogue.utf8Names,
    help: family.help,
    unit: family.unit ?? inferUnit(metric),
    combine: family.kind === 'gauge' ? (family.combine ?? 'last') : 'sum',
    initial: family.initial,
    labels,
    bounds: histogram?.buckets ?? [],
    digits: histogram === undefined ? 0 : (histogram.digits ?? defaultDigits),
    range: histogram === undefined ? undefined : (histogram.range ?? defaultRange),
    maxSeries: family.maxSeries ?? defaultMaxSeries,
    resource: family.resource,
  };
}

function extendDomain(
  metric: string,
  name: string,
  domain: LabelDomain,
  labelValues: Readonly<Record<string, readonly string[]>>,
): readonly string[] | undefined {
  if (domain === 'any') return undefined;
  const added = Object.hasOwn(labelValues, name) ? labelValues[name] : undefined;
  if (added === undefined) return domain;
  if (!Array.isArray(added)) refuseValue({ metric }, name, added, 'a list of strings to add');
  if (added.length === 0) return domain;
  validateValues(metric, name, added);
  // The same label may be closed in several families, some of which have the value already.
  return [...domain, ...added.filter((value) => !domain.includes(value))];
}

function checkFixed(
  metric: string,
  name: string,
  values: readonly string[] | undefined,
  fixed: unknown,
): void {
  if (!isLabelValue(fixed)) refuseValue({ metric }, name, fixed, 'a string');
  if (values !== undefined && !values.includes(fixed)) {
    refuseValue({ metric }, name, fixed, values);
  }
}

function refuseValue(
  where: { readonly metric?: string },
  label: string,
  given: unknown,
  allowed: string | readonly string[],
): never {
  const problem = `the label "${label}" cannot have this value`;
  throw new LabelError('VSR_METRICS_LABEL_VALUE', { ...where, problem, given, allowed });
}

/** A misspelt label in an option would otherwise do nothing, and nobody would notice. */
function refuseUnusedOptions(
  families: readonly ResolvedFamily[],
  options: Required<ResolveOptions>,
): void {
  const { labelValues = {}, fixedLabels = {}, defaultLabels = {} } = options;
  const declared = new Set<string>();
  const closed = new Set<string>();
  for (const { labels } of families) {
    for (const { name, values } of labels) {
      if (!Object.hasOwn(defaultLabels, name)) declared.add(name);
      if (values !== undefined) closed.add(name);
    }
  }
  for (const name of Object.keys(fixedLabels)) {
    if (declared.has(name)) continue;
    throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
      problem: 'fixedLabels names a label that no family declares',
      given: name,
      allowed: [...declared],
    });
  }
  for (const name of Object.keys(labelValues)) {
    if (closed.has(name)) continue;
    throw new LabelError('VSR_METRICS_LABEL_UNKNOWN', {
      problem: 'labelValues names a label that has a closed set in no family',
      given: name,
      allowed: [...closed],
    });
  }
}
