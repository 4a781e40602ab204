// A watch that looks once a second by itself, so that whoever asks for the first time after a fault gets
// the right answer at once.
//
//   const watch = new BackgroundWatch({ snapshot: () => registry.snapshot() }, { members: 3 });
//   watch.current()?.state;
//   watch.close();

import type { Snapshot } from '../../core/reading/snapshot.js';
import type { Cluster } from './cluster.js';
import type { WriterState } from './readings.js';
import { type ClusterOptions, ClusterWatch } from './watch.js';

/** What is watched. */
export interface Watched {
  snapshot(): Snapshot;
  /** How the program does whose snapshots these are, where they come from its file. */
  writer?(): WriterState | undefined;
}

const slowestMs = 1000;
/** Looked so often, a member is noticed soon after it has been silent for too long. */
const looksUntilSilent = 3;
/** A registry that knows no members when it is first looked at may be given some later. */
const looksBetween = 60;

export class BackgroundWatch {
  readonly #watched: Watched;
  readonly #watch: ClusterWatch;
  readonly #timer: NodeJS.Timeout;
  #skip = 0;

  /** @throws HealthError that names the option, what was given and what is allowed */
  constructor(watched: Watched, options: ClusterOptions = {}) {
    this.#watched = watched;
    this.#watch = new ClusterWatch(options);
    const { silentAfterMs = slowestMs * looksUntilSilent } = options;
    const everyMs = Math.min(slowestMs, silentAfterMs / looksUntilSilent);
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  /** How the cluster does now, or in a snapshot that was taken just now. */
  current(snapshot: Snapshot = this.#watched.snapshot()): Cluster | undefined {
    return this.#watch.observeParts([{ snapshot, writer: this.#watched.writer?.() }]);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#skip > 0) {
      this.#skip -= 1;
      return;
    }
    try {
      if (this.current() === undefined) this.#skip = looksBetween;
    } catch {
      // Whoever asks next is told why there is no snapshot.
    }
  }
}
