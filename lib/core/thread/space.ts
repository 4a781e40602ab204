// What a registry can run out of, and what to do about it.

import type { ResolvedFamily } from '../catalogue/resolve.js';
import { RegistryError } from '../errors.js';
import type { SpaceName } from '../region/native.js';

const remedies: Readonly<Record<SpaceName, { problem: string; remedy: string }>> = {
  maxSeries: {
    problem: 'the family has as many series as it may',
    remedy: 'maxSeries of the family in its catalogue',
  },
  series: {
    problem: 'the registry has no room for another series',
    remedy: 'the option capacity.series of createRegistry',
  },
  histograms: {
    problem: 'the registry has no room for the cells of another histogram',
    remedy: 'the option capacity.histograms of createRegistry',
  },
  labelBytes: {
    problem: 'the registry has no room for the text of more labels',
    remedy: 'the option capacity.labelBytes of createRegistry',
  },
  memory: {
    problem: 'the file system or the memory where the registry lies is full',
    remedy: 'its size: of /dev/shm, or of the container',
  },
  busy: {
    problem: 'a process that was stopped holds the directory of the registry',
    remedy: 'nothing: what comes later gets a series again',
  },
};

/** For set-up: there is no room for what a family needs from the start. */
export function spaceError({ name, maxSeries }: ResolvedFamily, space: SpaceName): RegistryError {
  const { problem, remedy } = remedies[space];
  return new RegistryError('VSR_METRICS_REGISTRY_FULL', {
    metric: name,
    problem: space === 'maxSeries' ? `${problem} (${maxSeries})` : problem,
    allowed: space === 'busy' ? 'another attempt, once it goes on' : `more, with ${remedy}`,
  });
}

/** For a program that runs: its labels share the overflow series. */
export function spaceWarning({ name, maxSeries }: ResolvedFamily, space: SpaceName): string {
  const { problem, remedy } = remedies[space];
  const limit = space === 'maxSeries' ? ` (${maxSeries})` : '';
  return `${name}: ${problem}${limit}, so that further labels share one series, _other. What raises it: ${remedy}`;
}
