// Options that are whole numbers: intervals, and how many of something.

import { RegistryError } from './errors.js';

/** @throws RegistryError that names the option and what it may be */
export function checkWhole(option: string, given: number, least: number, most: number): void {
  if (Number.isInteger(given) && given >= least && given <= most) return;
  throw new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
    problem: `${option} does not fit`,
    given,
    allowed: `a whole number from ${least} to ${most}`,
  });
}
