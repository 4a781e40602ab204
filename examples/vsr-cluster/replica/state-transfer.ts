// State transfer (VR section 5.2): for a replica that learns of a view it was not in, or that fell
// behind further than single entries could repair. It takes the log of the view from whoever is in
// it, and a snapshot instead of entries that others have forgotten.

import { statuses } from '../instrumentation/instrumentation.js';
import type { MessageOf, TransferredState } from '../messages/messages.js';
import type { Whole } from './whole.js';

export class StateTransfer {
  readonly #replica: Whole;
  #begunAt = 0;
  #askedAt = 0;
  #attempts = 0;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  /** Somebody is in this view; so shall we. */
  follow(view: number): void {
    const replica = this.#replica;
    if (view < replica.view) return;
    if (replica.status === statuses.stateTransfer && replica.view === view) return;
    replica.normal.leave();
    if (view > replica.view) replica.enterView(view);
    replica.becomes(statuses.stateTransfer);
    this.#begunAt = replica.host.now();
    this.#attempts = 0;
    this.#ask(replica.primary);
  }

  /** Asks for what is committed only: the rest is being decided. */
  fetchCommitted(from: number): void {
    if (this.#replica.host.now() - this.#askedAt >= 1) this.#ask(from);
  }

  #ask(whom: number): void {
    const replica = this.#replica;
    this.#askedAt = replica.host.now();
    if (whom === replica.id) return;
    const { view, commit, log } = replica;
    replica.send(whom, { type: 'GetState', view, commit, checksum: log.checksumAt(commit)! });
  }

  onGetState({ from, view: wanted, commit, checksum }: MessageOf<'GetState'>): void {
    const replica = this.#replica;
    const { view } = replica;
    const isComplete = replica.isNormal && wanted <= view;
    if (!isComplete && commit >= replica.commit) return;
    const state = this.stateSince(commit, checksum, isComplete);
    replica.send(from, { type: 'NewState', view, isComplete, state });
  }

  /** What somebody lacks who has everything up to `commit`. */
  stateSince(commit: number, checksum: number, isComplete: boolean): TransferredState {
    const { log, commit: own, application } = this.#replica;
    const end = isComplete ? log.op : own;
    if (log.checksumAt(commit) === checksum && commit <= own) {
      return { tail: log.tail(commit, own, end)! };
    }
    return { tail: log.tail(own, own, end)!, snapshot: application.takeSnapshot() };
  }

  /** For one that has nothing: the state at the commit number, and the log from there. */
  everything(): TransferredState {
    const { log, commit, application } = this.#replica;
    return { tail: log.tail(commit, commit)!, snapshot: application.takeSnapshot() };
  }

  onNewState({ view, isComplete, state }: MessageOf<'NewState'>): void {
    const replica = this.#replica;
    const { status } = replica;
    if (status !== statuses.stateTransfer && status !== statuses.viewChange) return;
    if (status === statuses.stateTransfer && isComplete && view >= replica.view) {
      replica.installation.join(view, state);
      return;
    }
    replica.installation.adoptCommitted(state);
    replica.viewChange.retry();
  }

  tick(): void {
    const { status, host, options, primary } = this.#replica;
    if (status !== statuses.stateTransfer) return;
    const now = host.now();
    if (now - this.#begunAt >= 2 * options.timing.primaryTimeout) {
      this.#begunAt = now;
      this.#replica.viewChange.toNextView('primary_timeout');
      if (this.#replica.status !== statuses.stateTransfer) return;
    }
    if (now - this.#askedAt < options.timing.resend) return;
    // The primary first, then anybody: all who are in the view have its log.
    this.#attempts++;
    const other = Math.floor(host.random() * options.rosterSize);
    this.#ask(this.#attempts % 2 === 0 ? primary : other);
  }
}
