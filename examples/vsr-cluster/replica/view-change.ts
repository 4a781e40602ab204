// View changes (VR section 4.2): when the primary is silent, the next one takes over with the best
// log of a quorum.
//
//   all:           persist the promise, then StartViewChange to all and DoViewChange, with the part
//                  of the log that others may lack, to the primary of the new view
//   new primary:   of a quorum's logs, the longest of the latest view; StartView to all
//   all:           put that log in the place of their own; what is not committed is acknowledged anew
//
// A replica that has promised a view acknowledges nothing in lower ones, also after a restart: the
// promise is in its superblock before anybody hears of it. So whatever a lower view commits from now
// on, or has committed, at least one of any quorum of promises has it in the log that it sends.

import { statuses, type ViewChangeReason } from '../instrumentation/instrumentation.js';
import { noSpan } from '../instrumentation/spans.js';
import type { MessageOf } from '../messages/messages.js';
import { isQuorum, nextView } from './configuration.js';
import type { Whole } from './whole.js';

type Vote = Omit<MessageOf<'DoViewChange'>, 'type' | 'sequence'>;

export class ViewChange {
  readonly #replica: Whole;
  /** The superblock on the disk has the view. */
  #isPromised = false;
  readonly #votes = new Map<number, Vote>();
  /** How far the others are committed, as they said themselves. */
  readonly #commits = new Map<number, number>();
  #isStarting = false;
  #begunAt = 0;
  #spokeAt = 0;
  #span = noSpan;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  /** Gives up the view for the next one that somebody with a vote leads. */
  toNextView(reason: ViewChangeReason): void {
    const { configuration, view, options, isVoter } = this.#replica;
    if (isVoter) this.#start(nextView(configuration, view, options.rosterSize), reason);
  }

  /**
   * Somebody will take part in no lower view than this. Nor shall we, with a vote or without: those
   * who ask may have a newer configuration, in which this replica has one.
   */
  toView(view: number): void {
    if (view > this.#replica.view) this.#start(view, 'higher_view');
  }

  /** Goes on with a view change that a crash interrupted: the promise is on the disk. */
  resume(): void {
    this.#begin(this.#replica.view);
    this.#isPromised = true;
    this.#speak();
  }

  #start(view: number, reason: ViewChangeReason): void {
    const replica = this.#replica;
    replica.instrumentation.viewChangeStarted(reason);
    this.#begin(view);
    replica.persist(() => {
      if (replica.view !== view || replica.status !== statuses.viewChange) return;
      this.#isPromised = true;
      this.#speak();
      this.#decide();
    });
  }

  #begin(view: number): void {
    const replica = this.#replica;
    const { spans } = replica.instrumentation;
    if (replica.status !== statuses.viewChange) this.#span = spans.begin('kmb.view_change');
    replica.normal.leave();
    replica.repair.forget();
    replica.enterView(view);
    replica.becomes(statuses.viewChange);
    this.#isPromised = false;
    this.#isStarting = false;
    this.#votes.clear();
    this.#commits.clear();
    this.#begunAt = replica.host.now();
  }

  #speak(): void {
    const replica = this.#replica;
    this.#spokeAt = replica.host.now();
    const { view, commit, primary } = replica;
    replica.broadcast({ type: 'StartViewChange', view, commit });
    if (primary !== replica.id) replica.send(primary, { type: 'DoViewChange', ...this.#vote() });
  }

  /** The log from what the new primary has committed on, if it is known and here. */
  #vote(): Vote {
    const { id, incarnation, view, logView, log, commit, configuration } = this.#replica;
    const from = Math.min(commit, this.#commits.get(this.#replica.primary) ?? commit);
    const tail = log.tail(from, commit) ?? log.tail(commit, commit)!;
    const incarnations = [...this.#replica.incarnations];
    return { from: id, incarnation, view, logView, tail, configuration, incarnations };
  }

  onStartViewChange({ from, view, commit }: MessageOf<'StartViewChange'>): void {
    const replica = this.#replica;
    this.toView(view);
    if (view !== replica.view) return;
    if (replica.isNormal && replica.isPrimary) {
      this.#sendStartView([from], commit);
      return;
    }
    if (replica.status !== statuses.viewChange) return;
    const isNews = this.#commits.get(from) !== commit;
    this.#commits.set(from, commit);
    // The new primary lacks more than what it was sent.
    if (from === replica.primary && commit < replica.commit && isNews && this.#isPromised) {
      replica.send(from, { type: 'DoViewChange', ...this.#vote() });
    }
  }

  onDoViewChange(message: MessageOf<'DoViewChange'>): void {
    const replica = this.#replica;
    this.toView(message.view);
    if (message.view !== replica.view || !replica.isPrimary) return;
    if (replica.isNormal) {
      this.#sendStartView([message.from], message.tail.commit);
      return;
    }
    if (replica.status !== statuses.viewChange) return;
    this.#votes.set(message.from, message);
    this.#decide();
  }

  /** Something that was missing has come. */
  retry(): void {
    this.#decide();
  }

  /** The new primary: as soon as a quorum has sent its logs, the best of them is the view's. */
  #decide(): void {
    const replica = this.#replica;
    if (replica.status !== statuses.viewChange || !replica.isPrimary) return;
    if (!this.#isPromised || this.#isStarting) return;
    const votes = this.#validVotes();
    const best = votes.reduce((a, b) => (isBetter(b, a) ? b : a));
    const voted = new Set(votes.map(({ from }) => from));
    if (!isQuorum(best.configuration, (id) => voted.has(id))) return;
    const commit = Math.max(...votes.map(({ tail }) => tail.commit));
    const lowest = Math.min(...votes.map(({ tail }) => tail.commit));
    const { tail } = best;
    if (!replica.log.connects(tail)) {
      replica.stateTransfer.fetchCommitted(best.from);
      return;
    }
    this.#isStarting = true;
    const { view } = replica;
    const isCurrent = () => replica.view === view && this.#isStarting;
    replica.installation.install({ tail: { ...tail, commit } }, view, () => {
      if (!isCurrent()) return;
      replica.logView = view;
      replica.persist(() => {
        if (!isCurrent()) return;
        this.#isStarting = false;
        replica.durable = replica.log.op;
        replica.becomesNormal();
        this.#sendStartView(undefined, lowest);
        replica.normal.decide();
      });
    });
  }

  /** Votes of lives that have not ended, and this replica's own. */
  #validVotes(): readonly Vote[] {
    const own = this.#vote();
    const votes = [own, ...this.#votes.values()];
    return votes.filter(({ from, incarnation }) =>
      votes.every(({ incarnations }) => incarnation >= incarnations[from]!),
    );
  }

  #sendStartView(to: readonly number[] | undefined, lowestCommit: number): void {
    const replica = this.#replica;
    const { view, log, commit } = replica;
    const tail = log.tail(Math.min(lowestCommit, commit), commit) ?? log.tail(commit, commit)!;
    if (to === undefined) replica.broadcast({ type: 'StartView', view, tail });
    else for (const each of to) replica.send(each, { type: 'StartView', view, tail });
  }

  onStartView({ view, tail }: MessageOf<'StartView'>): void {
    const replica = this.#replica;
    if (view < replica.view || (view === replica.view && replica.isNormal)) return;
    replica.installation.join(view, { tail });
  }

  onNormal(): void {
    this.#span.end();
    this.#span = noSpan;
  }

  tick(): void {
    const { host, options, status, isVoter } = this.#replica;
    if (status !== statuses.viewChange) return;
    const now = host.now();
    if (isVoter && now - this.#begunAt >= options.timing.viewChangeTimeout) {
      this.toNextView('view_change_timeout');
    } else if (this.#isPromised && now - this.#spokeAt >= options.timing.resend) {
      this.#speak();
    }
  }
}

function isBetter(one: Vote, other: Vote): boolean {
  if (one.logView !== other.logView) return one.logView > other.logView;
  return one.tail.op > other.tail.op;
}
