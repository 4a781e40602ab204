// Results side by side: by operation and threads, each with its ratio to a reference.

import type { CaseResult } from './types.js';

export interface ComparedResult extends CaseResult {
  /** Its time divided by the reference's; 1 for the reference itself. */
  readonly ratio: number;
}

export interface Comparison {
  readonly group: string;
  readonly threads: number;
  readonly reference: string;
  /** Fastest first. */
  readonly results: readonly ComparedResult[];
}

/** Below this share a trial's threads did not run beside each other all the time. */
export function leastShare(threads: number): number {
  // One thread loses only the rounds in which it was interrupted, which its median leaves out.
  return threads === 1 ? 0.4 : 0.85;
}

/** A result whose trials had too little of the processors to be trusted. */
export function isStarved({ processorShare, threads }: CaseResult): boolean {
  return processorShare !== undefined && processorShare < leastShare(threads);
}

/** Values of `key` in the order in which they first appear, with the items that have them. */
export function groupBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * Compares each group with the peer named `reference`, or with its fastest where that peer took no
 * part.
 *
 * @example
 * compare(report.results, 'vsr-metrics')[0].results[1].ratio; // 3.1: takes 3.1 times as long
 */
export function compare(results: readonly CaseResult[], reference: string): Comparison[] {
  const groups = groupBy(results, ({ group, threads }) => `${group}\n${threads}`);
  return [...groups.values()].map((members) => {
    const ordered = [...members].sort((left, right) => left.median - right.median);
    const base = ordered.find(({ peer }) => peer === reference) ?? ordered[0]!;
    return {
      group: base.group,
      threads: base.threads,
      reference: base.peer,
      results: ordered.map((result) => ({ ...result, ratio: result.median / base.median })),
    };
  });
}
