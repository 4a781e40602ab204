// What each process recorded, counted by itself beside the library: in a plain page of a file that all
// processes of a scene map. It survives their kill.
//
// A process has a seat, and there a row for each region that it recorded into. It records first and
// counts afterwards, so that a kill leaves at most one record that is not counted.

/** What a row counts. test/fixtures/cpp/forking.cc knows these numbers too. */
export const columns = {
  /** The region's number. */
  region: 0,
  steps: 1,
  fast: 2,
  slow: 3,
  topics: 4,
  /** The value of the gauge, while the process lives. */
  inUse: 5,
  /** The number of the session that is open. */
  session: 6,
  /** How many sessions there were. */
  sessions: 7,
  /** 1 while the session's series is being removed. */
  hitsChanging: 8,
  /** Into the session's series since it was asked for. */
  hits: 9,
  /** Into the series of all sessions for which there is no room. */
  sharedHits: 10,
  visitsChanging: 11,
  visits: 12,
  sharedVisits: 13,
  /** 1: the process cannot tell whether the session has a series of its own. */
  cannotTell: 14,
} as const;

export type Column = keyof typeof columns;

/** The families of which each session has a series, as columns. */
export const sessionColumns = {
  hits: { changing: 'hitsChanging', own: 'hits', shared: 'sharedHits' },
  visits: { changing: 'visitsChanging', own: 'visits', shared: 'sharedVisits' },
} as const;

const wordsOfRow = 16;
export const rowsOfSeat = 64;
export const wordsOfSeat = wordsOfRow * rowsOfSeat;

/** The label of what sessions share. */
export const overflowLabel = '_other';

export function sessionLabel(seat: number, session: number | bigint): string {
  return `${seat}-${session}`;
}

/** The region's number as it stands in a row. */
export function regionWord(id: string): bigint {
  return BigInt.asIntN(64, BigInt(id));
}

/** The row that a process counts in. */
export class OwnSeat {
  readonly #seat: BigInt64Array;
  #row: BigInt64Array;
  #used = 0;

  constructor(page: BigInt64Array, seat: number) {
    this.#seat = page.subarray(seat * wordsOfSeat, (seat + 1) * wordsOfSeat);
    this.#row = this.#seat.subarray(0, wordsOfRow);
  }

  /** Counts for this region from now on. False: it did already. */
  enter(region: bigint): boolean {
    if (this.#used > 0 && this.#row[columns.region] === region) return false;
    if (this.#used === rowsOfSeat) throw new Error(`more than ${rowsOfSeat} regions`);
    this.#row = this.#seat.subarray(this.#used * wordsOfRow, (this.#used + 1) * wordsOfRow);
    this.#used++;
    this.#row[columns.region] = region;
    return true;
  }

  get(column: Column): bigint {
    return this.#row[columns[column]]!;
  }

  set(column: Column, value: bigint): void {
    this.#row[columns[column]] = value;
  }

  add(column: Column, amount: bigint): void {
    const index = columns[column];
    this.#row[index] = this.#row[index]! + amount;
  }
}

/** A row, read by somebody else. */
export interface Row {
  readonly seat: number;
  /** Whether the process counts here now, or did when it died. */
  readonly isLast: boolean;
  readonly counts: Readonly<Record<Column, number>>;
}

/** The rows of one region, of the first `seats` seats. */
export function rowsOf(page: BigInt64Array, seats: number, region: bigint): Row[] {
  const rows: Row[] = [];
  for (let seat = 0; seat < seats; seat++) {
    const first = seat * wordsOfSeat;
    const wordOf = (row: number, column: number) => page[first + row * wordsOfRow + column]!;
    for (let row = 0; row < rowsOfSeat && wordOf(row, columns.region) !== 0n; row++) {
      if (wordOf(row, columns.region) !== region) continue;
      const isLast = row + 1 === rowsOfSeat || wordOf(row + 1, columns.region) === 0n;
      const counts = Object.fromEntries(
        Object.entries(columns).map(([name, index]) => [name, Number(wordOf(row, index))]),
      ) as Record<Column, number>;
      rows.push({ seat, isLast, counts });
    }
  }
  return rows;
}
