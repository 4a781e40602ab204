// Two families must not meet in any exposition: not by their own names, and not by the names of the
// samples that they are rendered as. OpenMetrics drops the _total of a counter's family name, and
// adds _created; a histogram has _bucket, _sum, _count, and percentiles as gauges if asked for. Names
// that not every scraper can read are also written with underscores.

import { CatalogueError } from '../errors.js';
import { escapeName, metricNamePattern } from './names.js';
import type { FamilyDeclaration } from './types.js';

/** Which family has claimed a name. */
interface Claim {
  readonly catalogue: string;
  readonly key: string;
  readonly metric: string;
}

/** Every name that is taken so far. */
export type NameClaims = Map<string, Claim>;

/** Every name under which a family or one of its samples is rendered, in any format. */
export function exposedNames({ kind, name }: Pick<FamilyDeclaration, 'kind' | 'name'>): string[] {
  const names = namesAsTheyAre(kind, name);
  const escaped = names.map((each) => escapeName(each, metricNamePattern, 'underscores'));
  return [...new Set([...names, ...escaped])];
}

function namesAsTheyAre(kind: FamilyDeclaration['kind'], name: string): string[] {
  switch (kind) {
    case 'gauge':
      return [name];
    case 'counter': {
      const stem = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
      return [name, ...(stem === name ? [`${name}_total`] : [stem]), `${stem}_created`];
    }
    case 'histogram': {
      const suffixes = ['_bucket', '_sum', '_count', '_created', '_p50', '_p95', '_p99'];
      return [name, ...suffixes.map((suffix) => name + suffix)];
    }
  }
}

/**
 * Claims the names of one more family.
 *
 * @throws CatalogueError that names both families when a name is taken
 */
export function claimNames(
  claims: NameClaims,
  catalogue: string,
  key: string,
  family: Pick<FamilyDeclaration, 'kind' | 'name'>,
): void {
  const claim = { catalogue, key, metric: family.name };
  for (const name of exposedNames(family)) {
    const other = claims.get(name);
    if (other !== undefined) {
      throw new CatalogueError('VSR_METRICS_CATALOGUE_CLASH', {
        metric: family.name,
        problem: `${describe(claim)} and ${describe(other)} would both expose "${name}"`,
      });
    }
    claims.set(name, claim);
  }
}

function describe({ catalogue, key, metric }: Claim): string {
  return `${catalogue}.${key} (${metric})`;
}
