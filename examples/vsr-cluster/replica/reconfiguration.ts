// Reconfiguration (VR section 7, with joint consensus): from one group of voters to another, while
// the cluster works.
//
//   stable {0,1,2} --Reconfiguration--> joint {0,1,2}+{0,1,3} --committed--> stable {0,1,3}
//
// Both steps are entries of the log. Until the second is committed every decision needs a majority
// of both groups, see configuration.ts. Those who come in hear of it by StartEpoch, those who leave
// by EpochStarted, when the others have taken over.

import type { Entry } from '../log/entry.js';
import type { MessageOf } from '../messages/messages.js';
import { configurationIn } from './application.js';
import { type Configuration, isJoint } from './configuration.js';
import type { Whole } from './whole.js';

/** Who wants to vote may lack no more than this. */
const mostLag = 64;

export class Reconfigurations {
  readonly #replica: Whole;
  #hasPrimaryLeft = false;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  onReconfiguration({ members }: MessageOf<'Reconfiguration'>): void {
    this.change(members);
  }

  /** Begins a change, if this replica leads, none is going on, and all newcomers are up to date. */
  change(members: readonly number[]): void {
    const replica = this.#replica;
    const { configuration: now, normal, log, view, options, commit } = replica;
    if (!replica.isNormal || !replica.isPrimary || !normal.isSettled) return;
    if (isJoint(now) || now.op > commit || !normal.hasRoom(log.op + 2)) return;
    const next = [...new Set(members)].sort((a, b) => a - b);
    const isSame = String(next) === String(now.members);
    if (isSame || next.length === 0 || next.some((id) => !(id >= 0 && id < options.rosterSize))) {
      return;
    }
    const newcomers = next.filter((id) => !now.members.includes(id));
    if (newcomers.some((id) => normal.progressOf(id) < commit - mostLag)) return;
    normal.propose('joint', JSON.stringify({ members: now.members, next }));
    for (const id of newcomers) replica.send(id, { type: 'StartEpoch', view, op: log.op });
  }

  /** The second step was applied: the new group is alone. */
  onCompleted(before: Configuration, entry: Entry): void {
    const replica = this.#replica;
    const { metrics } = replica.instrumentation;
    const { members } = configurationIn(entry);
    metrics.reconfigTransitions.inc();
    replica.standbys.onMembers(members);
    this.#hasPrimaryLeft = !members.includes(replica.primary);
    if (!replica.isPrimary || !replica.isNormal) return;
    const { view } = replica;
    for (const id of before.members) {
      if (members.includes(id) || id === replica.id) continue;
      replica.send(id, { type: 'EpochStarted', view, op: entry.op });
    }
    for (const id of members) {
      if (before.members.includes(id)) continue;
      metrics.standbyPromotions.inc();
      replica.send(id, { type: 'StandbyPromotion', standby: id, replaces: -1 });
    }
  }

  onStartEpoch({ view, op }: MessageOf<'StartEpoch'>): void {
    const { log } = this.#replica;
    if (op > log.op + mostLag) this.#replica.stateTransfer.follow(view);
  }

  onEpochStarted({ view, op }: MessageOf<'EpochStarted'>): void {
    // The others need not wait for this replica any more; it goes on as a standby.
    if (op > this.#replica.log.op) this.#replica.stateTransfer.follow(view);
  }

  tick(): void {
    const replica = this.#replica;
    if (!replica.isNormal) return;
    const { configuration, commit, isPrimary, normal, log } = replica;
    if (this.#hasPrimaryLeft && replica.isVoter) {
      this.#hasPrimaryLeft = false;
      if (!configuration.members.includes(replica.primary)) {
        replica.viewChange.toNextView('reconfiguration');
      }
      return;
    }
    const { next } = configuration;
    if (!isPrimary || next === undefined || configuration.op > commit) return;
    if (normal.hasRoom(log.op + 1)) normal.propose('stable', JSON.stringify({ members: next }));
  }
}
