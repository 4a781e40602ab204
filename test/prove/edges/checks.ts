// Holds what a region says against what its processes counted beside it.

import type { Snapshot } from '../../../lib/index.js';
import { claim } from '../proof.js';
import { visitOf, waitOf } from './catalogue.js';
import { overflowLabel, type Row, sessionColumns, sessionLabel } from './tally.js';

/** What came out of a comparison. */
export interface Compared {
  /** Records that were not counted any more: of processes that were killed between the two. */
  readonly inFlight: number;
  /** Records of sessions that found no room for a series of their own. */
  readonly overflowed: number;
}

/**
 * Reasons for a rejection that say nothing of the data. On a full disk there may be no room for the
 * series of a reason either.
 */
const expectedReasons = ['after_close', 'memory_exhausted', overflowLabel];

/** What a series says. */
interface Reading {
  readonly label: string;
  readonly count: number;
  /** Of histograms: whether every value was this one, but for sums that a kill left behind. */
  readonly holdsOnly: (value: number, kills: number) => boolean;
  /** What a histogram says in all. */
  readonly text: string;
}

/** A region that nobody records into any more. `killed`: those who died recording into it. */
export function compare(
  snapshot: Snapshot,
  rows: readonly Row[],
  killed: ReadonlySet<number>,
): Compared {
  const kills = rows.filter(({ seat, isLast }) => isLast && killed.has(seat)).length;
  const exact = new Exactness(kills);
  const total = (column: 'steps' | 'fast' | 'slow') => sumOf(rows, ({ counts }) => counts[column]);
  exact.add('steps', snapshot.value('edges_steps_total') ?? 0, total('steps'));
  for (const { label, count, holdsOnly, text } of readingsOf(snapshot, 'edges_wait_seconds')) {
    if (label === overflowLabel) continue;
    const path = label as 'fast' | 'slow';
    exact.add(`waits ${path}`, count, total(path));
    claim(
      count === 0 || holdsOnly(waitOf[path], kills),
      `waits ${path} has values of other series: ${text}, not each ${waitOf[path]}; ${kills} killed`,
    );
  }
  const overflowed =
    compareSessions(snapshot, 'edges_hits_total', 'hits', rows, exact) +
    compareSessions(snapshot, 'edges_visit_seconds', 'visits', rows, exact);
  exact.check();
  compareTheRest(snapshot, rows);
  return { inFlight: exact.excess, overflowed };
}

/** A region that processes record into meanwhile: `before` and `after` were read around it. */
export function compareRunning(
  snapshot: Snapshot,
  before: readonly Row[],
  after: readonly Row[],
): void {
  const steps = snapshot.value('edges_steps_total') ?? 0;
  const least = sumOf(before, ({ counts }) => counts.steps);
  const most = sumOf(after, ({ counts }) => counts.steps) + after.length;
  claim(steps >= least && steps <= most, `${steps} steps, not ${least} to ${most}`);
}

/** What the gauge says when only processes with these rows are alive. */
export function inUseOf(rows: readonly Row[], isAlive: (seat: number) => boolean): number {
  return sumOf(rows, ({ seat, isLast, counts }) => (isLast && isAlive(seat) ? counts.inUse : 0));
}

/** Adds up by how much more there is than was counted. */
class Exactness {
  readonly allowed: number;
  excess = 0;
  readonly #where: string[] = [];

  constructor(allowed: number) {
    this.allowed = allowed;
  }

  /** `most`: when it is not known exactly how much was counted. */
  add(what: string, recorded: number, least: number, most = least): void {
    claim(recorded >= least, `${what}: ${least - recorded} of ${least} records are lost`);
    if (recorded <= most) return;
    this.excess += recorded - most;
    this.#where.push(`${what}: ${recorded} recorded, ${most} counted`);
  }

  check(): void {
    const message = `more than the ${this.allowed} records in flight: ${this.#where.join('; ')}`;
    claim(this.excess <= this.allowed, message);
  }
}

/** How many records went into the overflow series. */
function compareSessions(
  snapshot: Snapshot,
  name: string,
  family: keyof typeof sessionColumns,
  rows: readonly Row[],
  exact: Exactness,
): number {
  const { changing, own, shared } = sessionColumns[family];
  const readings = new Map(readingsOf(snapshot, name).map((reading) => [reading.label, reading]));
  const overflowed = readings.get(overflowLabel)?.count ?? 0;
  readings.delete(overflowLabel);
  let expected = sumOf(rows, ({ counts }) => counts[shared]);
  for (const { seat, counts } of rows) {
    const label = sessionLabel(seat, counts.session);
    const reading = readings.get(label);
    readings.delete(label);
    const count = reading?.count ?? 0;
    const isPure = count === 0 || reading!.holdsOnly(visitOf(seat), exact.allowed);
    claim(isPure, `${family} of ${label} have values of other series: ${reading?.text}`);
    if (counts.cannotTell) expected += Math.max(0, counts[own] - count);
    // It was being removed: it may have been there still.
    const least = counts.cannotTell || counts[changing] ? 0 : counts[own];
    exact.add(`${family} of ${label}`, count, least, counts[own]);
  }
  exact.add(`shared ${family}`, overflowed, expected);
  for (const { label, count } of readings.values()) {
    claim(count === 0, `${family} of ${label} were recorded by nobody`);
  }
  return overflowed;
}

function compareTheRest(snapshot: Snapshot, rows: readonly Row[]): void {
  const topics = sumOf(readingsOf(snapshot, 'edges_topics_total'), ({ count }) => count);
  const most = sumOf(rows, ({ counts }) => counts.topics);
  claim(topics <= most, `topics: ${topics} recorded, ${most} counted`);
  for (const { label, count } of readingsOf(snapshot, 'edges_position')) {
    const isOwn = label === overflowLabel || count === Number(label.split('-')[0]);
    claim(isOwn || Number.isNaN(count), `the position of ${label} is ${count}`);
  }
  claim((snapshot.value('edges_early_total') ?? 0) === 0, 'a counter that nobody has was stepped');
  for (const { info, offset } of snapshot.family('vsr_metrics_rejected_total')!.series) {
    const { metric, reason } = Object.fromEntries(info.labels) as Record<string, string>;
    const message = `${snapshot.values[offset]} values of ${metric} were rejected: ${reason}`;
    claim(expectedReasons.includes(reason!), message);
  }
}

function readingsOf(snapshot: Snapshot, name: string): Reading[] {
  const family = snapshot.family(name);
  if (family === undefined) return [];
  return family.series.map((series) => {
    const label = series.info.labels[0]?.[1] ?? '';
    const reading = snapshot.read(series);
    if (reading === undefined) {
      const count = snapshot.values[series.offset]!;
      return { label, count, holdsOnly: () => true, text: `${count}` };
    }
    const { count, sum, min, max } = reading;
    const holdsOnly = (value: number, kills: number) =>
      Math.abs(sum / value - count) <= kills && min === value && max === value;
    const text = `${count} values, sum ${sum}, from ${min} to ${max}`;
    return { label, count, holdsOnly, text };
  });
}

function sumOf<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}
