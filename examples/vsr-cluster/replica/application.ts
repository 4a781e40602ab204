// Applying committed entries: the state machine, the client table, checkpoints.

import type { Entry } from '../log/entry.js';
import type { Outcome } from '../machine/ledger.js';
import type { Session } from '../machine/sessions.js';
import type { Snapshot } from '../machine/snapshot.js';
import { type Configuration, isJoint } from './configuration.js';
import type { Whole } from './whole.js';

/** Who wants to see every entry that is applied: the primary, to answer; a simulation, to check. */
export type AppliedListener = (
  entry: Entry,
  outcome: Outcome,
  session: Session | undefined,
) => void;

export class Application {
  readonly #replica: Whole;
  /** For a checker: called after each entry. */
  onApplied: AppliedListener = () => undefined;
  /** For a checker: called after a snapshot has replaced everything. */
  onRestored: (snapshot: Snapshot) => void = () => undefined;
  // The one that is in effect at the commit number, and the one before a joint one.
  #committedConfiguration: Configuration;
  #isCheckpointing = false;

  constructor(replica: Whole) {
    this.#replica = replica;
    this.#committedConfiguration = replica.configuration;
  }

  /** Applies everything up to `op`, as far as it is in the log. */
  commitTo(op: number): void {
    const { log } = this.#replica;
    const last = Math.min(op, log.op);
    const before = this.#replica.commit;
    if (last <= before) return;
    for (let next = before + 1; next <= last; next++) this.#apply(log.get(next)!);
    this.#replica.normal.sendAnswers();
    this.#replica.instrumentation.batch.committed(last - before);
    this.#checkpointIfDue();
  }

  /** The state of another replica takes the place of this one's. */
  restore(snapshot: Snapshot): void {
    const { ledger, sessions, instrumentation } = this.#replica;
    ledger.restore(snapshot.ledger);
    sessions.restore(snapshot.sessions);
    this.#replica.commit = snapshot.op;
    this.#committedConfiguration = snapshot.configuration;
    this.#replica.configurationChanged(snapshot.configuration);
    instrumentation.metrics.clientSessionsActive.set(sessions.count);
    this.onRestored(snapshot);
  }

  /** Everything that applying the log up to the commit number gave. */
  takeSnapshot(): Snapshot {
    const { commit, log, ledger, sessions } = this.#replica;
    return {
      op: commit,
      checksum: log.checksumAt(commit)!,
      ledger: ledger.save(),
      sessions: sessions.save(),
      configuration: this.#committedConfiguration,
    };
  }

  /** The newest configuration in the log, committed or not: the one that counts. */
  latestConfiguration(): Configuration {
    const { log, commit } = this.#replica;
    for (let op = log.op; op > commit; op--) {
      const entry = log.get(op)!;
      if (isConfigurationEntry(entry)) return configurationIn(entry);
    }
    return this.#committedConfiguration;
  }

  #apply(entry: Entry): void {
    const replica = this.#replica;
    replica.commit = entry.op;
    const { outcome, session } = this.#run(entry);
    replica.normal.onApplied(entry, outcome);
    this.onApplied(entry, outcome, session);
  }

  #run(entry: Entry): { outcome: Outcome; session: Session | undefined } {
    const { ledger, sessions, instrumentation, normal } = this.#replica;
    if (entry.kind === 'operation') {
      const session = sessions.get(entry.client);
      if (session?.session !== entry.session || entry.request <= session.request) {
        // Its session ended while it was under way, or it is in the log twice: run at most once.
        return { outcome: { status: 'failure', result: 'no session' }, session: undefined };
      }
      const outcome = ledger.apply(entry.body, entry.checksum);
      const answered = { ...session, request: entry.request, op: entry.op, outcome };
      sessions.answer(answered);
      instrumentation.batch.applied(outcome.result.length);
      return { outcome, session: answered };
    }
    if (entry.kind === 'register') {
      const evicted = sessions.open(entry.client, entry.op);
      instrumentation.metrics.clientSessionsActive.set(sessions.count);
      if (evicted !== undefined) {
        instrumentation.metrics.clientSessionsEvicted.inc();
        normal.evict(evicted);
      }
      return {
        outcome: { status: 'success', result: String(entry.op) },
        session: sessions.get(entry.client),
      };
    }
    this.#applyConfiguration(entry);
    return { outcome: { status: 'success', result: entry.body }, session: undefined };
  }

  #applyConfiguration(entry: Entry): void {
    const before = this.#committedConfiguration;
    this.#committedConfiguration = configurationIn(entry);
    if (isJoint(before)) this.#replica.reconfiguration.onCompleted(before, entry);
  }

  // ---- checkpoints ----

  /** A checkpoint now, whatever is due; `done` when the ring may be written over up to it. */
  checkpoint(done: () => void): void {
    const replica = this.#replica;
    const snapshot = this.takeSnapshot();
    const { op, checksum } = snapshot;
    replica.host.storage.writeCheckpoint(snapshot, () => {
      const before = replica.checkpoint;
      if (op > before.op) replica.checkpoint = { op, checksum };
      const referred = replica.checkpoint.op;
      replica.persist(() => {
        // Not before: until then the old checkpoint needs what the ring holds.
        replica.ringBase = referred;
        // The entries before are kept for others for one more round.
        replica.log.forget(Math.min(before.op, replica.log.op));
        done();
      });
    });
  }

  #checkpointIfDue(): void {
    const { commit, checkpoint, options } = this.#replica;
    if (this.#isCheckpointing || commit - checkpoint.op < options.checkpointEvery) return;
    this.#isCheckpointing = true;
    this.checkpoint(() => {
      this.#isCheckpointing = false;
    });
  }
}

export function isConfigurationEntry({ kind }: Entry): boolean {
  return kind === 'joint' || kind === 'stable';
}

/** The configuration that an entry brings. */
export function configurationIn(entry: Entry): Configuration {
  return { op: entry.op, ...(JSON.parse(entry.body) as Omit<Configuration, 'op'>) };
}
