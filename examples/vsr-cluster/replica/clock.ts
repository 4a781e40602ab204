// Clocks: how far this replica's is from the others', from pings that carry both sides' time.
//
//   offset of a peer = its wall clock - ours half way between ping and pong
//
// The sample with the shortest round trip of the last few is the most exact one. The primary stamps
// the log with its clock, so one that differs from most of the others steps down.

import type { MessageOf } from '../messages/messages.js';
import { votersOf } from './configuration.js';
import { oldestOf, type Version } from './version.js';
import type { Whole } from './whole.js';

const samplesKept = 8;
const abdicationPauseMs = 5000;

interface Sample {
  readonly offset: number;
  readonly roundTrip: number;
}

export class ClockSynchronization {
  readonly #replica: Whole;
  readonly #samples: Sample[][];
  readonly #versions: Version[];
  #pingedAt = 0;
  #abdicatedAt = Number.NEGATIVE_INFINITY;

  constructor(replica: Whole) {
    const { rosterSize, version } = replica.options;
    this.#replica = replica;
    this.#samples = Array.from({ length: rosterSize }, () => []);
    // Until the others have said theirs.
    this.#versions = Array.from({ length: rosterSize }, () => version);
    this.#showVersion();
  }

  /** How far a peer's clock is ahead of this one; undefined when nothing is known of it. */
  offsetOf(peer: number): number | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples[peer]!) {
      if (best === undefined || sample.roundTrip < best.roundTrip) best = sample;
    }
    return best?.offset;
  }

  onPing({ from, sentAt, wallClock: pingWallClock, version }: MessageOf<'Ping'>): void {
    const { host, options } = this.#replica;
    this.#heardVersion(from, version);
    this.#replica.send(from, {
      type: 'Pong',
      sentAt,
      pingWallClock,
      wallClock: host.wallClock(),
      version: options.version,
    });
  }

  onPong({ from, sentAt, pingWallClock, wallClock, version }: MessageOf<'Pong'>): void {
    const { instrumentation, host, options, primary, id } = this.#replica;
    const { metrics, heartbeatRtt } = instrumentation;
    this.#heardVersion(from, version);
    const roundTrip = host.now() - sentAt;
    heartbeatRtt(from).record(roundTrip);
    metrics.clockSamples.inc();
    if (roundTrip > options.timing.clockTolerance) {
      // Half of the round trip is how wrong it may be.
      metrics.clockSyncErrors.inc();
      return;
    }
    const samples = this.#samples[from]!;
    samples.push({ offset: wallClock - (pingWallClock + roundTrip / 2), roundTrip });
    if (samples.length > samplesKept) samples.shift();
    if (primary === id) metrics.clockOffset.set(0);
    else if (from === primary) metrics.clockOffset.set(-this.offsetOf(from)!);
  }

  #heardVersion(peer: number, version: Version): void {
    const known = this.#versions[peer]!;
    if (known.major === version.major && known.minor === version.minor) return;
    this.#versions[peer] = version;
    this.#showVersion();
  }

  /** The cluster can do what its oldest replica can. */
  #showVersion(): void {
    const { instrumentation } = this.#replica;
    const { major, minor } = oldestOf(this.#versions);
    instrumentation.metrics.clusterVersionMajor.set(major);
    instrumentation.metrics.clusterVersionMinor.set(minor);
  }

  tick(): void {
    const replica = this.#replica;
    const { host, options } = replica;
    const now = host.now();
    if (now - this.#pingedAt < options.timing.ping) return;
    this.#pingedAt = now;
    const wallClock = host.wallClock();
    replica.broadcast({ type: 'Ping', sentAt: now, wallClock, version: options.version });
    if (replica.isNormal && replica.isPrimary) this.#stepDownIfWrong(now);
  }

  #stepDownIfWrong(now: number): void {
    const replica = this.#replica;
    const { clockTolerance } = replica.options.timing;
    const others = votersOf(replica.configuration).filter((id) => id !== replica.id);
    const wrong = others.filter((id) => Math.abs(this.offsetOf(id) ?? 0) > clockTolerance);
    if (wrong.length <= others.length / 2) return;
    replica.instrumentation.metrics.clockSyncErrors.inc();
    if (now - this.#abdicatedAt < abdicationPauseMs) return;
    this.#abdicatedAt = now;
    replica.viewChange.toNextView('primary_abdication');
  }
}
