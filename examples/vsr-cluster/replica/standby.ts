// Standbys: replicas without a vote that follow the log, ready to take the place of one that has.

import type { MessageOf } from '../messages/messages.js';
import { isVoter } from './configuration.js';
import type { Whole } from './whole.js';

/** A standby that lacks more than this is of no use yet. */
const mostLag = 1000;

export class Standbys {
  readonly #replica: Whole;
  readonly #heard = new Map<number, { readonly at: number; readonly op: number }>();
  #saidAt = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  onStandbyHeartbeat({ from, view, op }: MessageOf<'StandbyHeartbeat'>): void {
    const replica = this.#replica;
    this.#heard.set(from, { at: replica.host.now(), op });
    if (replica.isNormal && replica.isPrimary && view === replica.view) {
      replica.normal.heardOf(from, op);
    }
    this.#show();
  }

  onStandbyPromotion({ standby, replaces }: MessageOf<'StandbyPromotion'>): void {
    const { configuration, reconfiguration, id } = this.#replica;
    // To the one that was promoted it says what it will read in the log.
    if (standby === id) return;
    const staying = configuration.members.filter((member) => member !== replaces);
    reconfiguration.change([...staying, standby]);
  }

  /** There is a new group of voters. */
  onMembers(members: readonly number[]): void {
    const { metrics } = this.#replica.instrumentation;
    for (const standby of this.#heard.keys()) {
      if (!members.includes(standby)) continue;
      metrics.standbyLag.remove({ standby_id: String(standby) });
      this.#heard.delete(standby);
    }
  }

  #show(): void {
    const { configuration, options, instrumentation, host, log } = this.#replica;
    const { metrics } = instrumentation;
    let count = 0;
    let healthy = 0;
    for (let id = 0; id < options.rosterSize; id++) {
      if (isVoter(configuration, id)) continue;
      count++;
      const heard = this.#heard.get(id);
      if (heard === undefined) continue;
      const lag = Math.max(0, log.op - heard.op);
      metrics.standbyLag.with({ standby_id: String(id) }).set(lag);
      const isRecent = host.now() - heard.at < options.timing.standbyTimeout;
      if (isRecent && lag <= mostLag) healthy++;
    }
    metrics.standbyCount.set(count);
    metrics.standbyHealthyCount.set(healthy);
  }

  tick(): void {
    const replica = this.#replica;
    const { host, options, view, durable: op } = replica;
    const now = host.now();
    if (now - this.#saidAt < options.timing.heartbeat) return;
    this.#saidAt = now;
    if (!replica.isVoter) {
      if (replica.isNormal) replica.broadcast({ type: 'StandbyHeartbeat', view, op });
    } else {
      this.#show();
    }
  }
}
