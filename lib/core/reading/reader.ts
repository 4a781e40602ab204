// Reading a registry from outside: its process may run, hang, be stopped, or be dead.

import { RegistryError } from '../errors.js';
import { milliseconds, optionsCheck, refusals } from '../options.js';
import { damagedError, understood } from '../region/damaged.js';
import { Directory } from '../region/directory.js';
import { addon, type NativeProcess, type NativeReader } from '../region/native.js';
import { callNative } from '../region/native-errors.js';
import { type HistoryPoint, type HistoryRange, readHistory } from './history-points.js';
import { Snapshot } from './snapshot.js';

/**
 * How the process that made a registry does. `hung`: it is there, but has given no sign of life for
 * a while: it is stopped, or its event loop is stuck.
 */
export type WriterState = 'alive' | 'hung' | 'dead';

/** A process that records, or has recorded, into the registry. */
export interface AttachedProcess {
  readonly pid: number;
  readonly state: WriterState;
  readonly attachedAt: number;
  /** How long ago its background thread was last heard of. */
  readonly heartbeatAgeMs: number;
  /** How long ago its event loop was; undefined when only workers of it are attached. */
  readonly loopAgeMs: number | undefined;
}

/** The process that made the registry. */
export interface Writer extends AttachedProcess {
  /** It closed the registry: its end was no crash. */
  readonly closed: boolean;
}

/** What `readRegistry` takes. */
export interface ReaderOptions {
  /** A process that was not heard of for longer counts as hung; 5,000 unless told otherwise. */
  readonly hungAfterMs?: number;
}

const checkReaderOptions = optionsCheck<ReaderOptions>('a reader', refusals.registry, {
  hungAfterMs: milliseconds,
});

/**
 * Opens the file of a registry for reading. Writers are not disturbed and need not be alive.
 *
 * @example
 * ```ts
 * import { readRegistry } from 'vsr-metrics';
 *
 * const reader = readRegistry('/dev/shm/replica-0.metrics');
 * const snapshot = reader.snapshot();
 * console.log(reader.writer.state, snapshot.value('vsr_commit_number'));
 * ```
 * @throws RegistryError when it is no region, or damaged; the message says how
 */
export function readRegistry(file: string, options: ReaderOptions = {}): RegistryReader {
  checkReaderOptions(options);
  return new RegistryReader(file, options);
}

export class RegistryReader {
  readonly file: string;
  readonly #native: NativeReader;
  readonly #hungAfterMs: number;
  #directory: Directory;
  #regionId: string;
  #closed = false;

  constructor(file: string, options: ReaderOptions) {
    this.file = file;
    this.#hungAfterMs = options.hungAfterMs ?? 5000;
    this.#native = callNative(() => new addon.Reader(file));
    this.#directory = new Directory(this.#native);
    this.#regionId = this.#native.regionId;
  }

  /** Reads the file anew; when its program has started again, the new one. */
  snapshot(): Snapshot {
    this.#refresh();
    if (this.#native.regionId !== this.#regionId) {
      this.#regionId = this.#native.regionId;
      this.#directory = new Directory(this.#native);
    }
    return understood(this.file, () => {
      const frame = this.#native.snapshot();
      const layout = this.#directory.layoutOf(frame);
      return new Snapshot(layout, frame, this.#native.createdMilliseconds);
    });
  }

  /** How the process that made the registry does. */
  get writer(): Writer {
    this.#refresh();
    return this.#writer();
  }

  /** A snapshot and how the process that made the registry does, for the price of one reading. */
  read(): { readonly snapshot: Snapshot; readonly writer: Writer } {
    const snapshot = this.snapshot();
    return { snapshot, writer: this.#writer() };
  }

  #writer(): Writer {
    const creator = this.#native.processes().find(({ slot }) => slot === 0);
    if (creator === undefined) throw damagedError(this.file, 'it names no creator');
    return { ...this.#describe(creator), closed: this.#native.wasClosed };
  }

  /** Everyone who ever attached, the creator first. */
  processes(): AttachedProcess[] {
    this.#refresh();
    return this.#native.processes().map((process) => this.#describe(process));
  }

  /**
   * Earlier values of one series, oldest first: an hour every 10 s; gauges also ten minutes every
   * second. Of many series one after the other the file's history is copied once.
   *
   * @example
   * ```ts
   * import { readRegistry } from 'vsr-metrics';
   *
   * const reader = readRegistry('/dev/shm/replica-0.metrics');
   * const lastMinute = { from: Date.now() - 60_000 };
   * for (const { at, value } of reader.history('vsr_replica_status', lastMinute)) {
   *   console.log(new Date(at), value);
   * }
   * ```
   */
  history(name: string, range?: HistoryRange): HistoryPoint[] {
    const snapshot = this.snapshot();
    return readHistory(this.#native, snapshot, name, range);
  }

  /**
   * Gives the file and what was copied of it back, at once. Snapshots that were taken stay as they are.
   *
   * @example
   * ```ts
   * import { readRegistry } from 'vsr-metrics';
   *
   * const reader = readRegistry('/dev/shm/replica-0.metrics');
   * console.log(reader.snapshot().value('vsr_commit_number'));
   * reader.close();
   * ```
   */
  close(): void {
    this.#closed = true;
    this.#native.close();
  }

  /** The same as `close()`, for `using reader = readRegistry(...)`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #refresh(): void {
    if (this.#closed) {
      throw new RegistryError('VSR_METRICS_REGISTRY_CLOSED', {
        problem: `the reader of ${this.file} is closed`,
        allowed: 'another one, of readRegistry',
      });
    }
    callNative(() => this.#native.refresh());
  }

  #describe(process: NativeProcess): AttachedProcess {
    const { pid, isAlive, attachedAt, heartbeatAgeMs, loopAgeMs } = process;
    const isHung = Math.max(heartbeatAgeMs, loopAgeMs ?? 0) > this.#hungAfterMs;
    const state = isAlive ? (isHung ? 'hung' : 'alive') : 'dead';
    return { pid, state, attachedAt, heartbeatAgeMs, loopAgeMs };
  }
}
