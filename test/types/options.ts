// Creating a registry: fixed labels, added label values, several catalogues.

import { createRegistry } from 'vsr-metrics';
import { kalki, kimberlite, kotoba, streambus, vsr } from 'vsr-metrics/catalogues';
import { collides, ledger } from './catalogues.js';

const anyString: string = String(process.pid);
const strings: Record<string, string> = { replica_id: '0' };
const maybe = process.pid > 1 ? { replica_id: '0' } : {};

// ---- fixed labels: declared by some family, with a value that all of those accept ----

createRegistry({ catalogue: vsr, fixedLabels: { replica_id: anyString } }).metrics.opNumber.set(1);
createRegistry({ catalogue: vsr, fixedLabels: {} });
const logOnly = createRegistry({
  catalogue: vsr,
  fixedLabels: { replica_id: '0', component: 'log' },
}).metrics;
logOnly.checksumFailures.inc();
createRegistry({ catalogue: vsr, defaultLabels: { service: 'ledger', zone: anyString } });
createRegistry({ catalogue: vsr, defaultLabels: strings });

// @ts-expect-error: no family declares the label replicaid
createRegistry({ catalogue: vsr, fixedLabels: { replicaid: '0' } });
// @ts-expect-error: no family declares the label tenant_id
createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0', tenant_id: 'acme' } });
// @ts-expect-error: a family that declares the label component does not accept this value
createRegistry({ catalogue: vsr, fixedLabels: { component: 'disk' } });
// @ts-expect-error: a family that declares the label component does not accept this value
createRegistry({ catalogue: vsr, fixedLabels: { component: anyString } });
// Rejections and view changes both have a label of this name, with nothing in common.
// @ts-expect-error: a family that declares the label reason does not accept this value
createRegistry({ catalogue: vsr, fixedLabels: { reason: 'replay' } });
// @ts-expect-error: Type 'number' is not assignable to type 'string'
createRegistry({ catalogue: vsr, fixedLabels: { replica_id: 0 } });
// @ts-expect-error: no family declares the label
createRegistry({ catalogue: vsr, fixedLabels: strings });
// @ts-expect-error: is not assignable to type
createRegistry({ catalogue: vsr, fixedLabels: maybe });
// @ts-expect-error: Property 'with' does not exist on type 'Counter'
logOnly.checksumFailures.with({ component: 'log' });

// ---- added label values: for labels with a closed set ----

const more = createRegistry({
  catalogue: vsr,
  labelValues: { message_type: ['Gossip'], component: ['wal', 'grid'] },
  fixedLabels: { replica_id: '0', component: 'wal' },
}).metrics;
more.messagesSent.with({ message_type: 'Gossip' }).inc();
more.messagesReceived.with({ message_type: 'Prepare' }).inc();
more.checksumFailures.inc();

// @ts-expect-error: '"Gosip"' is not assignable to type
more.messagesSent.with({ message_type: 'Gosip' });
// @ts-expect-error: '"wal"' is not assignable to type
more.messagesSent.with({ message_type: 'wal' });
// @ts-expect-error: no family has a closed set for the label messagetype
createRegistry({ catalogue: vsr, labelValues: { messagetype: ['Gossip'] } });
// @ts-expect-error: no family has a closed set for the label replica_id
createRegistry({ catalogue: vsr, labelValues: { replica_id: ['0'] } });
// @ts-expect-error: is not assignable to type 'readonly string[]
createRegistry({ catalogue: vsr, labelValues: { message_type: 'Gossip' } });
// @ts-expect-error: Type 'number' is not assignable to type 'string'
createRegistry({ catalogue: vsr, labelValues: { message_type: [1] } });

// ---- several catalogues ----

const both = createRegistry({ catalogue: [vsr, ledger], fixedLabels: { replica_id: '0' } }).metrics;
both.viewNumber.set(1);
both.queueDepth.inc();
both.transfers.with({ outcome: 'rejected', tenant_id: 'acme' }).inc();

const all = createRegistry({
  catalogue: [vsr, kimberlite, streambus, kotoba, kalki, ledger],
  fixedLabels: { replica_id: '0', node_id: '1' },
}).metrics;
all.logSize.set(1);
all.kmbLogSize.set(1);
all.requests.with({ method: 'query', status: 'error' }).inc();
all.consumerGroupLag.with({ group: 'billing', topic: 'orders' }).set(3);
all.healthCheckStatus.with({ check_name: 'database' }).set(1);
all.errors.with({ error_type: 'timeout' }).inc();

// @ts-expect-error: the key opNumber is declared by more than one catalogue
createRegistry({ catalogue: [vsr, collides] });
// @ts-expect-error: the key opNumber is declared by more than one catalogue
createRegistry({ catalogue: [ledger, collides, vsr] });
// @ts-expect-error: the key applyLatency is declared by more than one catalogue
createRegistry({ catalogue: [ledger, ledger] });
// @ts-expect-error: Property 'transfers' does not exist on type
createRegistry({ catalogue: [vsr, kimberlite] }).metrics.transfers;
// @ts-expect-error: Property 'catalogue' is missing
createRegistry({ fixedLabels: {} });
// @ts-expect-error: 'nonsense' does not exist in type
createRegistry({ catalogue: ledger, nonsense: true });
