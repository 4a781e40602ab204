// Starting: with what is on the disk, or, where that cannot be trusted, by asking the others.
//
// A replica whose superblock and log are intact has forgotten nothing that it promised, and goes on
// where it stopped. Two things are different:
//
//   - its log is in doubt: a slot is damaged. It may have been torn by the crash, before anybody was
//     told of it; or it was acknowledged and rotted later. It has to be taken for acknowledged, so
//     this replica may not vote before it has the log again (VR section 4.3).
//   - its superblock is gone: it knows neither view nor log, and votes that it cast in its former
//     life may still be on the network. It begins a new life: first it asks a quorum which lives they
//     know of, then it asks for the log under the next number. Whoever answers that writes the number
//     down first, and from then on drops what comes from earlier lives; and a vote in a view change
//     does not count when another vote knows of a later life of its sender. (Without this, recovery
//     as VR describes it can lose operations: a vote of a former life can complete a view change
//     behind the back of the replica that cast it.)
//
// Either way it needs answers from a majority that does not include itself: at most f of 2f + 1
// replicas may be down or recovering at a time. With more it waits, and loses nothing.

import { statuses } from '../instrumentation/instrumentation.js';
import { type Stored, scanLog } from '../log/storage.js';
import type { Superblock } from '../log/superblock.js';
import { emptySnapshot } from '../machine/snapshot.js';
import type { MessageOf } from '../messages/messages.js';
import { isQuorum, primaryOf } from './configuration.js';
import type { Whole } from './whole.js';

type Response = MessageOf<'RecoveryResponse'>;

export class Recoveries {
  readonly #replica: Whole;
  readonly #responses = new Map<number, Response>();
  #nonce = 0;
  #askedAt = 0;
  #leastView = 0;
  #asksIncarnation = false;
  #isInstalling = false;
  /** On the stopwatch; undefined when there is nothing to recover from. */
  #startedAt: number | undefined;

  constructor(replica: Whole) {
    this.#replica = replica;
  }

  start(stored: Stored): void {
    const replica = this.#replica;
    const { instrumentation, options } = replica;
    instrumentation.configurationIs(replica.configuration);
    replica.becomes(statuses.recovering);
    this.#startedAt = instrumentation.stopwatch.now();
    if (stored.damagedCopies > 0) {
      instrumentation.checksumFailures.superblock.inc(stored.damagedCopies);
    }
    const block = stored.superblock;
    if (block === undefined) {
      replica.application.restore(emptySnapshot(options.members));
      this.#recover(0, true);
      return;
    }
    this.#remember(block);
    if (!this.#readLog(stored)) this.#recover(block.view, false);
    else if (block.sequence === 1) this.#startAnew();
    else this.#goOn(stored.damagedCopies > 0);
  }

  #remember(block: Superblock): void {
    const replica = this.#replica;
    replica.superblockWas(block.sequence);
    replica.enterView(block.view);
    replica.logView = block.logView;
    replica.checkpoint = block.checkpoint;
    replica.ringBase = block.checkpoint.op;
    replica.incarnation = block.incarnation;
    replica.incarnations = [...block.incarnations];
    replica.isWhole = block.isWhole;
  }

  /** False when the log is not to be trusted. */
  #readLog(stored: Stored): boolean {
    const replica = this.#replica;
    const { log, checkpoint, host, application, instrumentation } = replica;
    const scan = scanLog(stored, checkpoint, host.storage.slots);
    if (scan.corruptSlots > 0) instrumentation.checksumFailures.log.inc(scan.corruptSlots);
    if (scan.inDoubt || !replica.isWhole || stored.checkpoint === undefined) return false;
    log.restart(checkpoint.op, checkpoint.checksum);
    application.restore(stored.checkpoint);
    for (const entry of scan.entries) log.append(entry);
    replica.durable = log.op;
    replica.configurationChanged(application.latestConfiguration());
    if (scan.lastStray > log.op) {
      host.storage.clearSlots(log.op + 1, scan.lastStray, () => undefined);
    }
    return true;
  }

  /** The very first start. It is written down, so that the next one is not. */
  #startAnew(): void {
    this.#startedAt = undefined;
    this.#replica.persist(() => this.#replica.becomesNormal());
  }

  #goOn(isSuperblockDamaged: boolean): void {
    const replica = this.#replica;
    if (isSuperblockDamaged) replica.persist(() => undefined);
    if (replica.view > replica.logView) {
      // It promised the view and has not its log yet.
      replica.viewChange.resume();
    } else if (!replica.isPrimary) {
      replica.becomesNormal();
    } else if (replica.isVoter) {
      // Others may have entries of this view that it sent and had not on its own disk yet.
      replica.viewChange.toNextView('primary_abdication');
    } else {
      replica.stateTransfer.follow(replica.view);
    }
  }

  // ---- asking the others ----

  #recover(leastView: number, asksIncarnation: boolean): void {
    this.#leastView = leastView;
    this.#asksIncarnation = asksIncarnation;
    this.#replica.isWhole = false;
    this.#ask();
  }

  #ask(): void {
    const { host } = this.#replica;
    this.#nonce = Math.floor(host.random() * 2 ** 48);
    this.#responses.clear();
    this.#askedAt = host.now();
    this.#replica.broadcast({
      type: 'Recovery',
      nonce: this.#nonce,
      leastView: this.#leastView,
      asksIncarnation: this.#asksIncarnation,
    });
  }

  onRecovery({
    from,
    incarnation,
    nonce,
    leastView,
    asksIncarnation,
  }: MessageOf<'Recovery'>): void {
    const replica = this.#replica;
    if (replica.status === statuses.recovering) return;
    if (asksIncarnation) {
      this.#respond(from, nonce);
      return;
    }
    if (!replica.isNormal) return;
    if (replica.view < leastView) {
      replica.viewChange.toView(leastView);
      return;
    }
    if (incarnation <= replica.incarnations[from]!) {
      this.#respond(from, nonce);
      return;
    }
    replica.incarnations[from] = incarnation;
    const { view } = replica;
    replica.persist(() => {
      if (replica.isNormal && replica.view === view) this.#respond(from, nonce);
    });
  }

  #respond(to: number, nonce: number): void {
    const { view, isNormal, isPrimary, incarnations, configuration, stateTransfer } = this.#replica;
    this.#replica.send(to, {
      type: 'RecoveryResponse',
      nonce,
      view,
      knownIncarnation: incarnations[to]!,
      incarnations: [...incarnations],
      configuration,
      ...(isNormal && isPrimary && { state: stateTransfer.everything() }),
    });
  }

  onRecoveryResponse(response: Response): void {
    if (response.nonce !== this.#nonce || this.#isInstalling) return;
    this.#responses.set(response.from, response);
    const responses = [...this.#responses.values()];
    const { configuration } = responses.reduce((a, b) =>
      b.configuration.op > a.configuration.op ? b : a,
    );
    if (!isQuorum(configuration, (id) => this.#responses.has(id))) return;
    if (this.#asksIncarnation) this.#beginLife(responses);
    else this.#takeOver(responses);
  }

  #beginLife(responses: readonly Response[]): void {
    const replica = this.#replica;
    replica.incarnation = Math.max(...responses.map((each) => each.knownIncarnation)) + 1;
    replica.incarnations[replica.id] = replica.incarnation;
    this.#asksIncarnation = false;
    this.#ask();
  }

  /** The log of the latest view that anybody is in, from its primary. */
  #takeOver(responses: readonly Response[]): void {
    const replica = this.#replica;
    const view = Math.max(...responses.map((each) => each.view));
    const primary = primaryOf(view, replica.options.rosterSize);
    const state = this.#responses.get(primary)?.state;
    if (state === undefined || this.#responses.get(primary)!.view !== view) return;
    if (view < this.#leastView) return;
    this.#isInstalling = true;
    for (const { incarnations } of responses) {
      replica.incarnations = replica.incarnations.map((own, id) =>
        Math.max(own, incarnations[id]!),
      );
    }
    replica.enterView(view);
    replica.installation.installAnew(state, () => {
      replica.logView = view;
      replica.isWhole = true;
      replica.persist(() => {
        replica.durable = replica.log.op;
        replica.becomesNormal();
      });
    });
  }

  onNormal(): void {
    if (this.#startedAt === undefined) return;
    const { metrics, stopwatch } = this.#replica.instrumentation;
    stopwatch.record(metrics.recoveryLatency, this.#startedAt);
    this.#startedAt = undefined;
  }

  tick(): void {
    const { status, host, options } = this.#replica;
    if (status !== statuses.recovering || this.#isInstalling) return;
    if (host.now() - this.#askedAt >= options.timing.resend) this.#ask();
  }
}
