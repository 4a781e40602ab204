// The conventions of Prometheus and OpenMetrics for names. Breaking one is allowed (names that
// documents fix cannot be changed), but wants to be on purpose: a waiver, by metric name, with a
// reason. A waiver that nothing needs is itself worth a warning, or it would outlive its reason.

import type {
  CatalogueWarning,
  Convention,
  FamilyDeclaration,
  FamilyDeclarations,
  Waivers,
} from './types.js';
import { findUnusualUnit } from './units.js';

type Finding = readonly [convention: Convention, sentence: string];

/** Conventions that the families break and `waive` does not cover, and waivers without use. */
export function conventionWarnings(
  families: FamilyDeclarations,
  waive: Waivers,
): readonly CatalogueWarning[] {
  const warnings: CatalogueWarning[] = [];
  for (const family of Object.values(families)) {
    const metric = family.name;
    const unused = new Set(Object.keys(waive[metric] ?? {})) as Set<Convention>;
    for (const [convention, sentence] of brokenConventions(family)) {
      if (waive[metric]?.[convention] === undefined) {
        warnings.push({ metric, convention, message: sentence });
      }
      unused.delete(convention);
    }
    for (const convention of unused) {
      const message = `${metric} keeps the convention ${convention}: its waiver can go`;
      warnings.push({ metric, convention, message });
    }
  }
  return warnings;
}

/** Every convention that one family breaks, waived or not, each at most once. */
export function brokenConventions(family: FamilyDeclaration): readonly Finding[] {
  return [
    checkTotalSuffix(family),
    checkReservedSuffix(family),
    checkBaseUnit(family),
    checkUnitSuffix(family),
    checkTypeInName(family),
    checkSnakeCase(family),
    checkReservedLabel(family),
    checkHelp(family),
  ].filter((finding) => finding !== undefined);
}

function checkTotalSuffix({ kind, name }: FamilyDeclaration): Finding | undefined {
  const ends = name.endsWith('_total');
  if (kind === 'counter' && !ends) {
    return ['total-suffix', `${name} is a counter, whose name should end in _total`];
  }
  if (kind !== 'counter' && ends) {
    return ['total-suffix', `${name} is a ${kind}: only names of counters should end in _total`];
  }
  return undefined;
}

/** Readers take a name that ends so for a part of a histogram, a summary or a counter. */
function checkReservedSuffix({ name }: FamilyDeclaration): Finding | undefined {
  const suffix = /_(count|sum|bucket|created)$/.exec(name)?.[0];
  if (suffix === undefined) return undefined;
  return ['reserved-suffix', `${name} ends in ${suffix}, which is kept for parts of other metrics`];
}

function checkBaseUnit({ name }: FamilyDeclaration): Finding | undefined {
  const found = findUnusualUnit(name);
  if (found === undefined) return undefined;
  return ['base-unit', `${name} should be in the base unit ${found.base}, not "${found.word}"`];
}

/** OpenMetrics: the unit must be the last word of the name (before _total). */
function checkUnitSuffix({ name, unit }: FamilyDeclaration): Finding | undefined {
  if (unit === undefined) return undefined;
  const stem = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  if (stem.endsWith(`_${unit}`)) return undefined;
  return ['unit-suffix', `${name} has the unit "${unit}", with which its name should end`];
}

function checkTypeInName({ name }: FamilyDeclaration): Finding | undefined {
  const type = /_(counter|gauge|histogram|summary)(_|$)/i.exec(name)?.[1];
  if (type === undefined) return undefined;
  return ['type-in-name', `${name} has its kind, "${type}", in its name`];
}

function checkSnakeCase({ name, labels = {} }: FamilyDeclaration): Finding | undefined {
  if (/[a-z][A-Z]/.test(name) || name.includes(':')) {
    return ['snake-case', `${name} should be words in lower case joined by _, without ":"`];
  }
  const label = Object.keys(labels).find((each) => /[a-z][A-Z]/.test(each));
  if (label === undefined) return undefined;
  return ['snake-case', `${name} has the label "${label}", which should be written in snake_case`];
}

/** OpenMetrics keeps labels that begin with an underscore for itself. */
function checkReservedLabel({ name, labels = {} }: FamilyDeclaration): Finding | undefined {
  const label = Object.keys(labels).find((each) => each.startsWith('_'));
  if (label === undefined) return undefined;
  return ['reserved-label', `${name} has the label "${label}": a leading _ is reserved`];
}

function checkHelp({ name, help }: FamilyDeclaration): Finding | undefined {
  return help.trim() === '' ? ['help', `${name} has no help text`] : undefined;
}
