// The handlers of a replica whose instrumentation has a budget: what each does, how long it is meant to
// take, and what it records. One more row of the table is one more element of `handlers`.

import type { vsr } from '../../lib/catalogues/index.js';
import type { Registry } from '../../lib/index.js';
import { CommitHandler } from './commit.js';
import type { Handler } from './handler.js';
import { PrepareHandler } from './prepare.js';

export type ReplicaRegistry = Registry<typeof vsr, { readonly replica_id: '0' }>;

export interface BudgetedHandler {
  readonly name: string;
  /** What the work is calibrated to, by the size of its messages. */
  readonly microseconds: number;
  create(messageBytes: number): Handler;
  /** What is recorded after the work that began at `started`. */
  instrument(handler: Handler, registry: ReplicaRegistry): (started: number) => void;
  /** How many operations the registry holds. */
  readonly latency: string;
}

export const handlers: readonly BudgetedHandler[] = [
  {
    name: 'prepare',
    microseconds: 150,
    latency: 'vsr_prepare_latency_ms',
    create: (messageBytes) => new PrepareHandler(messageBytes),
    instrument(handler, { metrics }) {
      const prepare = handler as PrepareHandler;
      const received = metrics.messagesReceived.with({ message_type: 'Prepare' });
      const sent = metrics.messagesSent.with({ message_type: 'PrepareOk' });
      const succeeded = metrics.operations.with({ status: 'success' });
      const { prepareLatency, bytesWritten, opNumber, logSize, logEntryCount } = metrics;
      return (started) => {
        received.inc();
        bytesWritten.inc(prepare.entryBytes);
        opNumber.set(prepare.operations);
        logSize.set(prepare.logBytes);
        logEntryCount.set(prepare.logEntries);
        sent.inc();
        prepareLatency.since(started);
        succeeded.inc();
      };
    },
  },
  {
    name: 'commit',
    microseconds: 80,
    latency: 'vsr_commit_latency_ms',
    create: (messageBytes) => new CommitHandler(messageBytes),
    instrument(handler, { metrics }) {
      const received = metrics.messagesReceived.with({ message_type: 'Commit' });
      const sent = metrics.messagesSent.with({ message_type: 'Reply' });
      const succeeded = metrics.operations.with({ status: 'success' });
      const { commitLatency, commitNumber, pendingRequests } = metrics;
      return (started) => {
        received.inc();
        commitNumber.set(handler.operations);
        pendingRequests.set(0);
        sent.inc();
        commitLatency.since(started);
        succeeded.inc();
      };
    },
  },
];
