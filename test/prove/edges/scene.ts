// One path under which registries are made, one after the other, and the processes that record into
// them. Each round does something to them that happens at the edge of a life.

import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { attachRegistry, type Registry, readRegistry } from '../../../lib/index.js';
import { claim, delay } from '../proof.js';
import { mapPage } from '../shared-page.js';
import { type catalogue, fitting, misfits, type Variant, variants } from './catalogue.js';
import { compare, compareRunning, inUseOf } from './checks.js';
import { Forker, Recorder, type Refusal } from './processes.js';
import { type RegionFile, readRegionFile } from './region-file.js';
import { type Row, rowsOf, wordsOfSeat } from './tally.js';

export interface SceneOptions {
  /** Where regions lie; `isSmall`: a file system of its own that may be filled. */
  readonly directory: string;
  readonly isSmall: boolean;
  readonly page: string;
  readonly addon: string;
  readonly forking: string;
  readonly rounds: number;
  readonly random: () => number;
}

/** What happened, in numbers. */
export interface SceneFigures {
  rounds: number;
  processes: number;
  kills: number;
  forking: number;
  successors: number;
  misfits: number;
  fullDisks: number;
  reopened: number;
  refused: number;
  regions: number;
  moves: number;
  sessions: number;
  overflowed: number;
  recorded: number;
  inFlight: number;
}

/** A region that there was under the path. */
interface Incarnation {
  readonly id: bigint;
  readonly variant: Variant;
  /** Another name of its file, that stays. */
  readonly path: string;
}

const seatsOfRound = 8;
const mostRecorders = 3;
const patience = 30_000;
/** What a process may be told when the registry or its disk has no room, or its families are others. */
const noRoom = ['VSR_METRICS_REGISTRY_FULL'];
const noFit = ['VSR_METRICS_REGISTRY_FULL', 'VSR_METRICS_REGISTRY_MISMATCH'];

export class Scene {
  readonly figures: SceneFigures = {
    rounds: 0,
    processes: 0,
    kills: 0,
    forking: 0,
    successors: 0,
    misfits: 0,
    fullDisks: 0,
    reopened: 0,
    refused: 0,
    regions: 0,
    moves: 0,
    sessions: 0,
    overflowed: 0,
    recorded: 0,
    inFlight: 0,
  };
  readonly #options: SceneOptions;
  readonly #file: string;
  readonly #seats: number;
  readonly #page: BigInt64Array;
  readonly #incarnations: Incarnation[] = [];
  readonly #killed = new Set<number>();
  #seatsTaken = 0;
  #creator: Recorder | undefined;
  #recorders: Recorder[] = [];
  #forker: Forker | undefined;
  #isDiskFull = false;
  /** How long a process takes until it records. */
  #startMs = 500;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#file = join(options.directory, 'edges.metrics');
    this.#seats = seatsOfRound * (options.rounds + 2);
    this.#page = mapPage(options.addon, options.page, this.#seats * wordsOfSeat);
    mkdirSync(join(options.directory, 'kept'));
  }

  /** @throws when something is not as claimed; the message says in which round */
  async run(progress: (round: number) => void): Promise<void> {
    await this.#make('same');
    const acts = this.#acts();
    for (let round = 0; round < this.#options.rounds; round++) {
      // Each in turn at first, so that there is no run without one of them.
      const act = acts[round < acts.length ? round : this.#below(acts.length)]!;
      try {
        await act.run();
        await this.#look();
      } catch (error) {
        const { message } = error as Error;
        throw new Error(`round ${round} (${act.name}): ${message}`, { cause: error });
      }
      this.figures.rounds++;
      progress(round);
    }
    await this.#finish();
  }

  /** Ends all processes, whatever they do. */
  async abandon(): Promise<void> {
    await Promise.all(this.#all().map((process) => process.kill().catch(() => undefined)));
  }

  // ---- what rounds do ----

  #acts(): { readonly name: string; readonly run: () => Promise<void> }[] {
    const acts = [
      { name: 'attach', run: () => this.#attach() },
      { name: 'kill', run: () => this.#killOne() },
      { name: 'kill while attaching', run: () => this.#killEarly() },
      { name: 'fork', run: () => this.#fork() },
      { name: 'superseded', run: () => this.#supersede(fitting) },
      { name: 'superseded by a misfit', run: () => this.#supersede(misfits) },
      { name: 'superseded again', run: () => this.#supersede(fitting) },
      { name: 'close and reopen', run: () => this.#reopen() },
      { name: 'kill while creating', run: () => this.#killCreator() },
    ];
    if (this.#options.isSmall) acts.push({ name: 'full disk', run: () => this.#fillDisk() });
    return acts;
  }

  async #attach(): Promise<void> {
    if (this.#recorders.length === mostRecorders) await this.#endOne();
    const recorder = this.#start();
    if (await this.#isRefused(recorder)) return;
    this.#recorders.push(recorder);
  }

  async #killOne(): Promise<void> {
    if (this.#recorders.length === 0) await this.#attach();
    await this.#aMoment();
    const recorder = this.#takeOne();
    if (recorder === undefined) return;
    await this.#kill(recorder);
    await this.#attach();
  }

  async #killEarly(): Promise<void> {
    const recorder = this.#start();
    await delay(this.#options.random() * this.#startMs);
    await this.#kill(recorder);
    // It may have been refused just before.
    if (!recorder.wasKilled) this.#checkRefusal((await recorder.opened)!);
  }

  async #fork(): Promise<void> {
    const forker = new Forker(this.#options.forking, this.#argumentsOf());
    this.#forker = forker;
    this.figures.processes++;
    if (!(await this.#isRefused(forker))) {
      this.figures.forking++;
      await this.#aMoment();
      if (this.#options.random() < 0.5) await this.#kill(forker);
      else await forker.end();
    }
    this.#forker = undefined;
  }

  async #supersede(choice: readonly Variant[]): Promise<void> {
    if (this.#creator !== undefined) await this.#kill(this.#creator);
    if (this.#options.random() < 0.5) await this.#aMoment();
    await this.#make(choice[this.#below(choice.length)]!);
  }

  async #killCreator(): Promise<void> {
    if (this.#creator !== undefined) await this.#kill(this.#creator);
    const variant = fitting[this.#below(fitting.length)]!;
    const creator = this.#start(variant);
    await delay(this.#options.random() * this.#startMs);
    await this.#kill(creator);
    this.#creator = undefined;
    this.#keep(variant);
    await this.#make(variant);
  }

  async #reopen(): Promise<void> {
    const times = 1 + this.#below(10);
    const isCreator = this.#options.random() < 0.3;
    const recorder = isCreator ? this.#creator : this.#takeOne();
    if (recorder === undefined) return;
    // Of the regions that a creator makes and closes, all but the last are gone before anybody sees them.
    const refusal = await recorder.reopen(isCreator ? 1 : times);
    this.figures.reopened += isCreator ? 1 : times;
    if (refusal !== undefined) {
      this.#checkRefusal(refusal);
      if (isCreator) this.#creator = undefined;
      return;
    }
    if (!isCreator) this.#recorders.push(recorder);
    if (isCreator) this.#keep(this.#variant);
  }

  async #fillDisk(): Promise<void> {
    const filling = join(this.#options.directory, 'filling');
    writeFileSync(filling, '');
    const some = Buffer.alloc(1 << 16, 1);
    try {
      for (;;) appendFileSync(filling, some);
    } catch (error) {
      claim((error as NodeJS.ErrnoException).code === 'ENOSPC', String(error));
    }
    this.#isDiskFull = true;
    this.figures.fullDisks++;
    await this.#attach();
    await this.#aMoment();
    if (this.#options.random() < 0.5) await this.#killOne();
    await this.#look();
    truncateSync(filling);
    rmSync(filling);
    this.#isDiskFull = false;
  }

  // ---- processes ----

  #argumentsOf(creates?: Variant) {
    const { addon, page } = this.#options;
    const seat = this.#seatsTaken++;
    claim(seat < this.#seats, 'too few seats');
    const args = { file: this.#file, addon, page, seats: this.#seats, seat };
    return creates === undefined ? args : { ...args, creates };
  }

  #start(creates?: Variant): Recorder {
    this.figures.processes++;
    return new Recorder(this.#argumentsOf(creates));
  }

  /** Makes a new registry under the path. */
  async #make(variant: Variant): Promise<void> {
    const started = performance.now();
    const creator = this.#start(variant);
    const refusal = await creator.opened;
    claim(refusal === undefined, `no registry could be made: ${refusal?.message}`);
    this.#startMs = performance.now() - started;
    this.#creator = creator;
    this.#keep(variant);
    this.figures.successors += fitting.includes(variant) ? 1 : 0;
    this.figures.misfits += fitting.includes(variant) ? 0 : 1;
  }

  /** Gives the region under the path another name, if it is a new one. */
  #keep(variant: Variant): void {
    const id = readRegionFile(this.#file)?.id;
    if (id === undefined || id === this.#incarnations.at(-1)?.id) return;
    const path = join(this.#options.directory, 'kept', String(this.#incarnations.length));
    linkSync(this.#file, path);
    this.#incarnations.push({ id, variant, path });
  }

  async #isRefused(process: Recorder | Forker): Promise<boolean> {
    const refusal = await process.opened;
    process.check();
    if (refusal === undefined) return false;
    this.#checkRefusal(refusal);
    await process.ended;
    process.check();
    return true;
  }

  #checkRefusal({ code, message }: Refusal): void {
    const expected = fitting.includes(this.#variant) ? (this.#isDiskFull ? noRoom : []) : noFit;
    claim(expected.includes(code), `a process was refused: ${message}`);
    this.figures.refused++;
  }

  get #variant(): Variant {
    return this.#incarnations.at(-1)!.variant;
  }

  async #kill(process: Recorder | Forker): Promise<void> {
    await process.kill();
    if (!process.wasKilled) return;
    this.#killed.add(process.seat);
    this.figures.kills++;
  }

  async #endOne(): Promise<void> {
    const recorder = this.#takeOne();
    if (recorder !== undefined) await this.#end(recorder);
  }

  async #end(recorder: Recorder): Promise<void> {
    const { descriptors, mappings } = await recorder.end();
    claim(descriptors <= 0, `${descriptors} descriptors are left after close()`);
    claim(mappings <= 0, `${mappings} mappings of regions are left after close()`);
  }

  #takeOne(): Recorder | undefined {
    return this.#recorders.splice(this.#below(this.#recorders.length), 1)[0];
  }

  #all(): (Recorder | Forker)[] {
    return [this.#creator, this.#forker, ...this.#recorders].filter((each) => each !== undefined);
  }

  // ---- what is claimed ----

  #rowsOf({ id }: Incarnation): Row[] {
    return rowsOf(this.#page, this.#seatsTaken, id);
  }

  /** While all goes on. */
  async #look(): Promise<void> {
    for (const process of this.#all()) process.check();
    const current = this.#incarnations.at(-1)!;
    const reader = readRegistry(current.path);
    const before = this.#rowsOf(current);
    compareRunning(reader.snapshot(), before, this.#rowsOf(current));
    // What the dead had in use is gone soon.
    const isAlive = (seat: number) => this.#all().some((process) => process.seat === seat);
    if (!this.#all().some(({ seat }) => before.some((row) => row.isLast && row.seat === seat))) {
      return;
    }
    let inUse = Number.NaN;
    let expected = 0;
    const isSettled = () => {
      expected = inUseOf(this.#rowsOf(current), isAlive);
      inUse = reader.snapshot().value('edges_in_use') ?? 0;
      return inUse === expected || !Number.isFinite(inUse);
    };
    await settled(isSettled, () => `the living have ${expected} in use, not ${inUse}`);
  }

  async #finish(): Promise<void> {
    const all = this.#all();
    this.#creator = undefined;
    this.#recorders = [];
    for (const process of all) {
      if (process instanceof Recorder && this.#options.random() < 0.5) await this.#end(process);
      else await this.#kill(process);
    }
    const attached = this.#incarnations.map(({ path, variant }) =>
      attachRegistry(path, { catalogue: variants[variant].catalogue }),
    );
    for (const [index, registry] of attached.entries()) {
      const incarnation = this.#incarnations[index]!;
      try {
        await this.#checkLeaks(incarnation, registry);
        this.#compare(incarnation);
      } catch (error) {
        const { message } = error as Error;
        const which = `region ${index} of ${attached.length} (${incarnation.variant})`;
        throw new Error(`${which}: ${message}`, { cause: error });
      }
    }
    for (const registry of attached) registry.close();
    this.figures.regions = this.#incarnations.length;
    const files = readdirSync(this.#options.directory).filter((name) => name !== 'kept');
    const known = ['', '.1', '.2', '.3'].map((suffix) => `edges.metrics${suffix}`);
    const left = files.filter((name) => !known.includes(name));
    claim(left.length === 0, `files are left: ${left.join(', ')}`);
  }

  #compare(incarnation: Incarnation): void {
    const rows = this.#rowsOf(incarnation);
    const { inFlight, overflowed } = compare(
      readRegistry(incarnation.path).snapshot(),
      rows,
      this.#killed,
    );
    this.figures.inFlight += inFlight;
    this.figures.overflowed += overflowed;
    for (const { counts, isLast } of rows) {
      this.figures.moves += isLast ? 0 : 1;
      this.figures.sessions += counts.sessions;
      this.figures.recorded += 5 * counts.steps;
    }
  }

  /** Everybody but this process is gone: nothing of theirs is left, and all that was removed is of use. */
  async #checkLeaks({ path }: Incarnation, { metrics }: Registry<typeof catalogue>): Promise<void> {
    let found: RegionFile | undefined;
    const areLanesFree = () => {
      found = readRegionFile(path)!;
      return found.lanesOwned === 1;
    };
    await settled(areLanesFree, () => `${found?.lanesOwned} lanes are owned, not one`);
    const alive = readRegistry(path)
      .processes()
      .filter(({ state }) => state !== 'dead');
    claim(alive.length === 1, `${alive.length} processes are alive, not one`);
    claim(found!.lost === 0, `${found!.lost} entries of the directory are lost`);
    // Lets go of what was removed.
    metrics.topics.with({ topic: 'inspected' });
    const { entries, removedOf } = readRegionFile(path)!;
    const make = { edges_hits_total: metrics.hits, edges_visit_seconds: metrics.visits } as const;
    for (const [name, family] of Object.entries(make)) {
      const count = removedOf.get(name) ?? 0;
      for (let made = 0; made < count; made++) family.with({ session: `inspected-${made}` });
    }
    const after = readRegionFile(path)!;
    claim(after.entries === entries, `${after.entries - entries} new entries beside removed ones`);
    for (const name of Object.keys(make)) {
      claim(
        !after.removedOf.has(name),
        `${after.removedOf.get(name)} entries of ${name} are not used again`,
      );
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#options.random() * limit);
  }

  #aMoment(): Promise<void> {
    return delay(this.#options.random() * 60);
  }
}

async function settled(holds: () => boolean, problem: () => string): Promise<void> {
  const end = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > end) throw new Error(problem());
    await delay(20);
  }
}
