// What must hold for a catalogue to work at all. Callers without a type checker are met here too,
// so nothing about the shape is taken for granted.

import { CatalogueError, type ErrorDetails } from '../errors.js';
import { claimNames, type NameClaims } from './clashes.js';
import { escapeName, labelNamePattern, loneSurrogate, metricNamePattern } from './names.js';
import { resourceNames } from './resources.js';
import type { CatalogueDeclaration, Convention, FamilyDeclaration } from './types.js';

/** Labels that the exposition formats write themselves. */
const reservedLabels = ['le', 'quantile'];

export const kinds = ['counter', 'gauge', 'histogram'] as const;
const combinations = ['last', 'sum', 'min', 'max'];

const commonProperties = ['kind', 'name', 'help', 'unit', 'labels', 'maxSeries'];
const properties = {
  counter: commonProperties,
  gauge: [...commonProperties, 'combine', 'resource', 'initial'],
  histogram: [...commonProperties, 'buckets', 'digits', 'range'],
};

const conventions: Readonly<Record<Convention, true>> = {
  'total-suffix': true,
  'reserved-suffix': true,
  'base-unit': true,
  'unit-suffix': true,
  'type-in-name': true,
  'snake-case': true,
  'reserved-label': true,
  help: true,
};

export const defaultRange = { min: 1e-6, max: 1e9 } as const;
export const defaultDigits = 3;
export const defaultMaxSeries = 1000;

/** @throws CatalogueError at the first thing that is wrong */
export function validateCatalogue(declaration: CatalogueDeclaration): void {
  if (!isRecord(declaration)) {
    fail({ problem: 'a catalogue is an object', given: declaration });
  }
  const { name: catalogue, families, waive, utf8Names = false } = declaration;
  if (typeof catalogue !== 'string' || catalogue === '') {
    fail({ problem: 'a catalogue needs a name', given: catalogue, allowed: 'a string' });
  }
  refuseUnknown(declaration, ['name', 'families', 'waive', 'utf8Names'], { catalogue });
  if (!isRecord(families)) {
    fail({ catalogue, problem: 'families is an object', given: families });
  }
  if (typeof utf8Names !== 'boolean') {
    fail({ catalogue, problem: 'utf8Names is true or false', given: utf8Names });
  }
  const claims: NameClaims = new Map();
  for (const [key, family] of Object.entries(families)) {
    validateFamily(catalogue, key, family, utf8Names);
    claimNames(claims, catalogue, key, family);
  }
  if (waive !== undefined) validateWaivers(declaration);
}

function validateFamily(
  catalogue: string,
  key: string,
  family: FamilyDeclaration,
  utf8Names: boolean,
): void {
  if (!isRecord(family)) {
    fail({ catalogue, problem: `the family "${key}" is an object`, given: family });
  }
  const metric = family.name;
  if (!isName(metric, metricNamePattern, utf8Names)) {
    const problem = `the family "${key}" has no valid metric name`;
    fail({ catalogue, problem, given: metric, allowed: namesLike(metricNamePattern, utf8Names) });
  }
  // Prototype pollution by way of a parsed document, and numbers that would change the order.
  if (key === '__proto__' || !labelNamePattern.test(key)) {
    const allowed = 'letters, digits and _, not beginning with a digit';
    fail({ metric, problem: 'its key is not a plain identifier', given: key, allowed });
  }
  if (!kinds.includes(family.kind)) {
    fail({ metric, problem: 'unknown kind', given: family.kind, allowed: kinds });
  }
  refuseUnknown(family, properties[family.kind], { metric });
  validateText(metric, 'help', family.help);
  if (family.unit !== undefined) validateUnit(metric, family.unit);
  if (family.labels !== undefined) validateLabels(metric, family.labels, utf8Names);
  if (family.maxSeries !== undefined) validateMaxSeries(family, family.maxSeries);
  if (family.kind === 'gauge' && !combinations.includes(family.combine ?? 'last')) {
    fail({ metric, problem: 'unknown combine', given: family.combine, allowed: combinations });
  }
  if (family.kind === 'gauge' && family.initial !== undefined && family.initial !== 0) {
    const allowed = '0; leave it out for a gauge that is absent until it is set';
    fail({ metric, problem: 'a gauge cannot begin like that', given: family.initial, allowed });
  }
  if (family.kind === 'gauge' && family.resource !== undefined) validateResource(family);
  if (family.kind === 'histogram') validateHistogram(family);
}

function validateText(metric: string, property: string, given: unknown): void {
  if (typeof given !== 'string') {
    fail({ metric, problem: `${property} is a string`, given });
  }
  if (loneSurrogate.test(given)) {
    fail({ metric, problem: `${property} has half of a surrogate pair in it`, given });
  }
}

function validateUnit(metric: string, unit: unknown): void {
  if (typeof unit === 'string' && /^[a-z][a-z0-9_]*$/.test(unit)) return;
  fail({ metric, problem: 'unit is not a word', given: unit, allowed: 'a-z, 0-9 and _' });
}

function validateLabels(metric: string, labels: unknown, utf8Names: boolean): void {
  if (!isRecord(labels)) {
    fail({ metric, problem: 'labels is an object: name to values', given: labels });
  }
  for (const [label, domain] of Object.entries(labels)) {
    validateLabelName(label, { metric }, utf8Names);
    if (domain === 'any') continue;
    if (!Array.isArray(domain)) {
      const problem = `the label "${label}" has no values`;
      fail({ metric, problem, given: domain, allowed: '"any" or a list of strings' });
    }
    validateValues(metric, label, domain);
  }
  checkDistinctLabels(metric, Object.keys(labels));
}

/** @throws CatalogueError when two labels are the same to a scraper that cannot read their names */
export function checkDistinctLabels(metric: string, labels: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const label of labels) {
    const written = escapeName(label, labelNamePattern, 'underscores');
    const other = seen.get(written);
    if (other !== undefined) {
      const problem = `the labels "${other}" and "${label}" would both be written "${written}"`;
      fail({ metric, problem });
    }
    seen.set(written, label);
  }
}

/** Whether it can be a name: any text that UTF-8 can hold, where the catalogue asks for that. */
export function isName(name: unknown, pattern: RegExp, utf8Names: boolean): name is string {
  if (typeof name !== 'string') return false;
  return pattern.test(name) || (utf8Names && name !== '' && !loneSurrogate.test(name));
}

function namesLike(pattern: RegExp, utf8Names: boolean): string {
  return utf8Names ? 'any text but the empty one' : `names like ${pattern.source}`;
}

/** @throws CatalogueError when Prometheus or an exposition format would not take the label's name */
export function validateLabelName(
  label: string,
  where: Pick<ErrorDetails, 'metric'>,
  utf8Names = false,
): void {
  if (!isName(label, labelNamePattern, utf8Names)) {
    const allowed = namesLike(labelNamePattern, utf8Names);
    fail({ ...where, problem: 'a label has no valid name', given: label, allowed });
  }
  if (reservedLabels.includes(label) || label.startsWith('__')) {
    const problem = `the label name "${label}" is reserved`;
    fail({ ...where, problem, allowed: `not ${reservedLabels.join(', ')} or __*` });
  }
}

/** @throws CatalogueError when a closed set is empty, repeats itself, or has no string in it */
export function validateValues(metric: string, label: string, values: readonly unknown[]): void {
  if (values.length === 0) {
    fail({ metric, problem: `the closed set of the label "${label}" is empty` });
  }
  const seen = new Set<unknown>();
  for (const value of values) {
    if (!isLabelValue(value) || value === '') {
      const problem = `the closed set of the label "${label}" has a bad value`;
      fail({ metric, problem, given: value, allowed: 'strings that are not empty' });
    }
    if (seen.has(value)) {
      fail({ metric, problem: `the label "${label}" has a value twice`, given: value });
    }
    seen.add(value);
  }
}

/**
 * Whether something can be the value of a label. The empty string can, in an open label: in
 * Prometheus it means that the label is absent.
 */
export function isLabelValue(value: unknown): value is string {
  return typeof value === 'string' && !loneSurrogate.test(value);
}

function validateMaxSeries(family: FamilyDeclaration, given: unknown): void {
  const metric = family.name;
  if (!Number.isSafeInteger(given) || (given as number) < 1) {
    fail({ metric, problem: 'maxSeries is no count', given, allowed: 'an integer of at least 1' });
  }
  if (!Object.values(family.labels ?? {}).includes('any')) {
    fail({ metric, problem: 'maxSeries is given, but no label is open' });
  }
}

function validateResource(family: FamilyDeclaration & { readonly kind: 'gauge' }): void {
  const { name: metric, resource, combine = 'last', labels = {} } = family;
  if (combine !== 'last') {
    const problem = 'the operating system fills this gauge, so threads have nothing to combine';
    fail({
      metric,
      problem,
      given: { combine },
      allowed: 'resource, or combine, or combine "last"',
    });
  }
  const names: readonly unknown[] = isRecord(resource) ? Object.values(resource) : [resource];
  const unknown = names.find((name) => !(resourceNames as readonly unknown[]).includes(name));
  if (unknown !== undefined || names.length === 0) {
    fail({ metric, problem: 'unknown resource', given: unknown, allowed: resourceNames });
  }
  if (!isRecord(resource)) return;
  const chosen = Object.keys(resource);
  const domains = Object.values(labels);
  if (domains.some((domain) => domain !== 'any' && chosen.every((each) => domain.includes(each)))) {
    return;
  }
  fail({ metric, problem: 'no label has these values, each with its resource', given: chosen });
}

function validateHistogram(family: FamilyDeclaration & { readonly kind: 'histogram' }): void {
  const metric = family.name;
  const { buckets, digits = defaultDigits, range } = family;
  if (![1, 2, 3].includes(digits)) {
    fail({ metric, problem: 'digits', given: digits, allowed: ['1', '2', '3'] });
  }
  const { min, max } = validateRange(metric, range);
  if (!Array.isArray(buckets) || buckets.length === 0) {
    fail({ metric, problem: 'a histogram needs buckets', given: buckets, allowed: 'upper bounds' });
  }
  let previous = Number.NEGATIVE_INFINITY;
  for (const bound of buckets as readonly unknown[]) {
    if (typeof bound !== 'number' || !Number.isFinite(bound)) {
      const allowed = 'finite numbers; +Inf is added';
      fail({ metric, problem: 'a bucket bound', given: bound, allowed });
    }
    if (bound <= previous) {
      const problem = 'bucket bounds are not ascending and unique';
      fail({ metric, problem, given: [previous, bound] });
    }
    if (bound < min || bound > max) {
      const problem = 'a bucket bound lies outside the range';
      fail({ metric, problem, given: bound, allowed: `${min} to ${max}` });
    }
    previous = bound;
  }
}

function validateRange(metric: string, range: unknown): { min: number; max: number } {
  if (range === undefined) return defaultRange;
  if (!isRecord(range)) {
    fail({ metric, problem: 'range is an object', given: range, allowed: '{ min, max }' });
  }
  refuseUnknown(range, ['min', 'max'], { metric });
  const { min, max } = range;
  if (
    typeof min !== 'number' ||
    typeof max !== 'number' ||
    !(min > 0 && min < max && max < Number.POSITIVE_INFINITY)
  ) {
    const allowed = '0 < min < max, both finite';
    fail({ metric, problem: 'the range is impossible', given: range, allowed });
  }
  return { min, max };
}

function validateWaivers({ name: catalogue, families, waive }: CatalogueDeclaration): void {
  if (!isRecord(waive)) {
    fail({ catalogue, problem: 'waive is an object: metric name to conventions', given: waive });
  }
  const metrics = Object.values(families).map((family) => family.name);
  for (const [metric, waived] of Object.entries(waive)) {
    if (!metrics.includes(metric)) {
      fail({ catalogue, problem: 'waive names a metric that is not declared', given: metric });
    }
    if (!isRecord(waived)) {
      fail({ metric, problem: 'a waiver gives a reason to each convention', given: waived });
    }
    refuseUnknown(waived, Object.keys(conventions), { metric });
    for (const [convention, reason] of Object.entries(waived)) {
      if (typeof reason === 'string' && reason.trim() !== '') continue;
      fail({ metric, problem: `the waiver of ${convention} has no reason`, given: reason });
    }
  }
}

function refuseUnknown(
  object: object,
  allowed: readonly string[],
  where: Pick<ErrorDetails, 'catalogue' | 'metric'>,
): void {
  const unknown = Object.keys(object).find((key) => !allowed.includes(key));
  if (unknown !== undefined)
    fail({ ...where, problem: 'unknown property', given: unknown, allowed });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(details: ErrorDetails): never {
  throw new CatalogueError('VSR_METRICS_CATALOGUE_INVALID', details);
}
