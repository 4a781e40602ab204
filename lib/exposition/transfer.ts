// A snapshot as plain data and back, so that one server can show what another one has:
//
//   const sent = JSON.stringify(encodeSnapshot(snapshot));
//   const received = decodeSnapshot(JSON.parse(sent)); // percentiles are as exact as they were
//
// Histograms travel as their cells. Exemplars stay behind. What comes from elsewhere is not believed:
// whatever a snapshot relies on is checked.

import { EncodingError, show } from '../core/errors.js';
import { numbersOf, Snapshot } from '../core/reading/snapshot.js';
import { familyInfo, numbersPerSeries, seriesLabels } from '../core/region/described.js';
import type { FamilySnapshot, SeriesSnapshot } from '../core/region/directory.js';
import type { FamilyInfo } from '../core/region/family-info.js';
import { toNumber } from './json.js';

const version = 1;
const mostSeries = 100_000;
const mostBounds = 10_000;
const mostCells = 1 << 24;

/** What `decodeSnapshot` takes, but for what JSON does to it. */
export function encodeSnapshot(snapshot: Snapshot): object {
  const { takenAt, takenMonotonic, startedAt } = snapshot;
  const families = snapshot.families.map((each) => encode(snapshot, each));
  return { version, takenAt, takenMonotonic, startedAt, families };
}

function encode(snapshot: Snapshot, { info, series }: FamilySnapshot): object {
  const { values, cellStart, cellIndex, cellCount } = numbersOf(snapshot);
  const width = numbersPerSeries(info);
  return {
    ...info,
    series: series.map(({ info: { labels, createdAt, slot }, offset }) => ({
      labels: Object.fromEntries(labels),
      createdAt,
      values: Array.from(values.subarray(offset, offset + width), toNumber),
      ...(info.kind === 'histogram' && {
        cells: [...cellIndex.subarray(cellStart[slot], cellStart[slot + 1])],
        counts: [...cellCount.subarray(cellStart[slot], cellStart[slot + 1])],
      }),
    })),
  };
}

/** @throws EncodingError when it is no snapshot */
export function decodeSnapshot(given: unknown): Snapshot {
  try {
    return new Decoder().decode(given);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new EncodingError('VSR_METRICS_ENCODING_INVALID', { problem: `no snapshot: ${problem}` });
  }
}

class Decoder {
  readonly #values: number[] = [];
  readonly #cellStart: number[] = [0];
  readonly #cellIndex: number[] = [];
  readonly #cellCount: number[] = [];
  #slots = 0;

  decode(given: unknown): Snapshot {
    const whole = recordOf(given, 'the whole');
    // Servers of earlier versions know the time of day alone.
    const { version: its, takenAt, takenMonotonic = takenAt, startedAt, families } = whole;
    check(its === version, `only version ${version} is understood`, its);
    const names = new Set<unknown>();
    const decoded = listOf(families, 'families').map((each): FamilySnapshot => {
      const family = recordOf(each, 'a family');
      const info = familyOf(family);
      check(!names.has(info.name), 'a family is there twice', info.name);
      names.add(info.name);
      return { info, series: listOf(family.series, info.name).map((one) => this.#add(info, one)) };
    });
    return new Snapshot(
      { families: decoded },
      {
        takenAt: momentOf(takenAt, 'takenAt'),
        takenMonotonic: momentOf(takenMonotonic, 'takenMonotonic'),
        values: Float64Array.from(this.#values),
        cellStart: Uint32Array.from(this.#cellStart),
        cellIndex: Int32Array.from(this.#cellIndex),
        cellCount: Float64Array.from(this.#cellCount),
      },
      momentOf(startedAt, 'startedAt'),
    );
  }

  #add(family: FamilyInfo, given: unknown): SeriesSnapshot {
    const { name } = family;
    const { labels, createdAt, values, cells = [], counts = [] } = recordOf(given, name);
    check(this.#slots < mostSeries, 'it has too many series', this.#slots);
    const offset = this.#values.length;
    const numbers = listOf(values, name).map(numberOf);
    check(numbers.length === numbersPerSeries(family), `${name} lacks values`, values);
    this.#values.push(...numbers);
    const counted = listOf(counts, name);
    let before = -2;
    listOf(cells, name).forEach((cell, position) => {
      const count = counted[position];
      const isNext = Number.isInteger(cell) && Number(cell) > before;
      check(isNext && Number(cell) <= family.cells.count, `${name} has no such cell`, cell);
      check(Number.isFinite(count) && Number(count) >= 0, `${name} has no such count`, count);
      before = Number(cell);
      this.#cellIndex.push(before);
      this.#cellCount.push(Number(count));
    });
    this.#cellStart.push(this.#cellIndex.length);
    const info = {
      slot: this.#slots++,
      generation: 0,
      family,
      labels: seriesLabels(family, JSON.stringify(recordOf(labels, `labels of ${name}`))),
      createdAt: momentOf(createdAt, name),
    };
    return { info, offset };
  }
}

function familyOf(given: Readonly<Record<string, unknown>>): FamilyInfo {
  const { name, kind, help, unit, labels, combine, digits } = given;
  check(typeof name === 'string', 'a family has no name', name);
  const bounds = listOf(given.bounds, 'bounds');
  check(bounds.length <= mostBounds, `${name} has too many buckets`, bounds.length);
  const { scale, baseIndex, shift, count } = recordOf(given.cells, 'cells');
  for (const number of [scale, baseIndex, shift, count]) {
    check(Number.isFinite(number), `the cells of ${name} lie nowhere`, number);
  }
  check(Number(count) <= mostCells, `${name} has too many cells`, count);
  return familyInfo({
    isFamily: true,
    name: name as string,
    description: JSON.stringify({ kind, help, unit, labels, combine, digits, utf8Names: true }),
    bounds: Float64Array.from(bounds, numberOf),
    scale: Number(scale),
    baseIndex: Number(baseIndex),
    shift: Number(shift),
    cellCount: Number(count),
  });
}

function numberOf(given: unknown): number {
  if (given === 'NaN') return NaN;
  if (given === '+Inf' || given === '-Inf') return given === '+Inf' ? Infinity : -Infinity;
  check(typeof given === 'number', 'a value is no number', given);
  return given as number;
}

function momentOf(given: unknown, what: string): number {
  check(Number.isFinite(given) && Math.abs(Number(given)) <= 8.64e15, `${what} is no time`, given);
  return Number(given);
}

function recordOf(given: unknown, what: string): Readonly<Record<string, unknown>> {
  const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given);
  check(isRecord, `${what} has no fields`, given);
  return given as Readonly<Record<string, unknown>>;
}

function listOf(given: unknown, what: string): readonly unknown[] {
  check(Array.isArray(given), `${what} is no list`, given);
  return given as readonly unknown[];
}

function check(holds: boolean, problem: string, given: unknown): asserts holds {
  if (!holds) throw new Error(`${problem}: ${show(given)}`);
}
