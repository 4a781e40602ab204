// What a region says about its families and series. It may be another's file, so that nothing is
// believed: whoever renders a family relies on what is checked here.

import { labelNamePattern, metricNamePattern } from '../catalogue/names.js';
import { checkDistinctLabels, isName, kinds, validateLabelName } from '../catalogue/validate.js';
import { show } from '../errors.js';
import type { FamilyDescription, FamilyInfo, SeriesInfo } from './family-info.js';
import { type DescribedFamily, layout } from './native.js';

/** @throws Error that says what makes no sense */
export function familyInfo(described: DescribedFamily): FamilyInfo {
  const { name } = described;
  const description = JSON.parse(described.description) as FamilyDescription;
  const { kind, help, unit, labels, combine, digits } = description ?? {};
  const utf8Names = description?.utf8Names === true;
  check(isName(name, metricNamePattern, utf8Names), 'a family has no metric name', name);
  check(kinds.includes(kind), `${name} is of no known kind`, kind);
  check(typeof help === 'string', `the help of ${name} is no text`, help);
  check(
    unit === undefined || (typeof unit === 'string' && labelNamePattern.test(unit)),
    `the unit of ${name} is no word`,
    unit,
  );
  check(Array.isArray(labels), `${name} has no list of labels`, labels);
  for (const label of labels) checkLabelName(name, label, utf8Names);
  check(new Set(labels).size === labels.length, `${name} has a label twice`, labels);
  checkDistinctLabels(name, labels);
  const bounds = Array.from(described.bounds);
  check(
    bounds.every((bound, at) => Number.isFinite(bound) && !(bound <= bounds[at - 1]!)),
    `the buckets of ${name} do not ascend`,
    bounds,
  );
  const { scale, baseIndex, shift, cellCount: count } = described;
  const cells = { scale, baseIndex, shift, count };
  return { name, kind, help, unit, labels, combine, digits, bounds, cells };
}

/** @throws Error that says what makes no sense */
export function seriesLabels(family: FamilyInfo, key: string): SeriesInfo['labels'] {
  const labels = Object.entries(JSON.parse(key) as Record<string, string>);
  for (const [label, value] of labels) {
    // Whatever the family declares was checked with it.
    if (!family.labels.includes(label)) checkLabelName(family.name, label, false);
    check(typeof value === 'string', `a label of ${family.name} is no text`, value);
  }
  return labels;
}

/** How many numbers of a snapshot belong to each series of a family. */
export function numbersPerSeries({ kind, bounds }: Pick<FamilyInfo, 'kind' | 'bounds'>): number {
  return layout.numbers[kind] + bounds.length;
}

function checkLabelName(metric: string, label: unknown, utf8Names: boolean): void {
  check(typeof label === 'string', `a label of ${metric} has no name`, label);
  validateLabelName(label as string, { metric }, utf8Names);
}

function check(holds: boolean, problem: string, given: unknown): void {
  if (!holds) throw new Error(`${problem}: ${show(given)}`);
}
