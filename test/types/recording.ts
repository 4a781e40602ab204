// What may be done with the metrics of a registry, and what must not compile. The text behind each
// directive is a part of the compiler's message: the line must fail for that reason and no other.

import {
  type CombiningGauge,
  type Counter,
  createRegistry,
  type Histogram,
  type LabelledFamily,
  type LastGauge,
} from 'vsr-metrics';
import { vsr } from 'vsr-metrics/catalogues';
import { isTrue, ledger, type Same } from './catalogues.js';

const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
const m = registry.metrics;
const open = createRegistry({ catalogue: vsr }).metrics;
const own = createRegistry({ catalogue: ledger }).metrics;
const strings: Record<string, string> = { status: 'success' };
const anyString: string = String(process.pid);

// ---- the kind of a family decides its recorder ----

isTrue<Same<typeof m.bytesWritten, Counter>>();
isTrue<Same<typeof m.viewNumber, LastGauge>>();
isTrue<Same<typeof own.queueDepth, CombiningGauge>>();
isTrue<Same<typeof own.oldestTransfer, CombiningGauge>>();
isTrue<Same<typeof m.prepareLatency, Histogram>>();

m.bytesWritten.inc();
m.bytesWritten.inc(4096);
m.viewNumber.set(7);
own.queueDepth.inc();
own.queueDepth.dec(2);
m.prepareLatency.record(0.845, 3);
m.prepareLatency.observe(0.845);
m.prepareLatency.since(registry.now());
m.prepareLatency.recordWithExemplar(0.845, { trace_id: 'a', span_id: undefined });
m.prepareLatency.recordWithExemplar(0.845);
m.prepareLatency.sinceWithExemplar(registry.now(), { trace_id: 'a' });
m.bytesWritten.incWithExemplar(4096, { trace_id: 'a' });
createRegistry({ catalogue: ledger, exemplarContext: () => ({ trace_id: 'a' }) });

isTrue<Same<ReturnType<typeof m.prepareLatency.startTimer>, () => number>>();
const timed: number = m.prepareLatency.time(() => 5);
const awaited: Promise<string> = m.prepareLatency.time(async () => `${timed}`);
void awaited;

// ---- catalogues that are added ----

const added = registry.add(ledger);
isTrue<Same<typeof added.queueDepth, CombiningGauge>>();
added.transfers.with({ outcome: 'ok', tenant_id: 'a' }).inc();
// What the registry fixes is fixed in what is added too.
registry.add(vsr).viewNumber.set(1);
// @ts-expect-error: Property 'nothing' does not exist on type
void added.nothing;
// @ts-expect-error: Type '"maybe"' is not assignable to type
added.transfers.with({ outcome: 'maybe', tenant_id: 'a' });
// @ts-expect-error: is missing the following properties from type 'Catalogue
registry.add({});
// @ts-expect-error: Type 'number' is not assignable to type 'OnWarning'
createRegistry({ catalogue: ledger, onWarning: 5 });
createRegistry({ catalogue: ledger, onWarning: console });
createRegistry({ catalogue: ledger, onWarning: ({ code, message }) => void [code, message] });

// @ts-expect-error: Property 'set' does not exist on type 'Counter'
m.bytesWritten.set(1);
// @ts-expect-error: Type 'number' is not assignable to type 'string'
m.prepareLatency.recordWithExemplar(0.845, { trace_id: 5 });
// @ts-expect-error: Property 'recordWithExemplar' does not exist on type 'Counter'
m.bytesWritten.recordWithExemplar(1, { trace_id: 'a' });
// @ts-expect-error: Property 'incWithExemplar' does not exist on type 'LastGauge'
m.viewNumber.incWithExemplar(1, { trace_id: 'a' });
// @ts-expect-error: Type 'string' is not assignable to type 'ExemplarContext'
createRegistry({ catalogue: ledger, exemplarContext: 'trace' });
// @ts-expect-error: Property 'dec' does not exist on type 'Counter'
m.bytesWritten.dec();
// @ts-expect-error: declare it with combine: 'sum' for inc() and dec()
m.viewNumber.inc();
// @ts-expect-error: declare it with combine: 'sum' for inc() and dec()
m.viewNumber.dec();
// @ts-expect-error: Property 'inc' does not exist on type 'Histogram'
m.prepareLatency.inc();
// @ts-expect-error: Property 'record' does not exist on type 'Counter'
m.bytesWritten.record(1);
// @ts-expect-error: not assignable to parameter of type 'number'
m.bytesWritten.inc('1');
// @ts-expect-error: Argument of type 'bigint' is not assignable to parameter of type 'number'
m.viewNumber.set(7n);

// ---- families ----

// @ts-expect-error: Property 'operatoins' does not exist on type
m.operatoins;
// @ts-expect-error: Property 'transfers' does not exist on type
m.transfers;
// @ts-expect-error: Cannot assign to 'viewNumber' because it is a read-only property
m.viewNumber = m.opNumber;

// ---- labels ----

type Outcome = { readonly status: 'success' | 'failure' };
isTrue<Same<typeof m.operations, LabelledFamily<Counter, Outcome>>>();
type Both = { readonly replica_id: string; readonly status: 'success' | 'failure' };
isTrue<Same<typeof open.operations, LabelledFamily<Counter, Both>>>();

m.operations.with({ status: 'success' }).inc();
m.operations.remove({ status: 'failure' });
open.operations.with({ replica_id: anyString, status: 'failure' }).inc(5);
own.transfers.with({ tenant_id: anyString, outcome: 'ok' }).inc();
m.standbyLag.with({ standby_id: '4' }).set(0);
for (const message_type of ['Prepare', 'Commit'] as const) m.messagesSent.with({ message_type });

// @ts-expect-error: Property 'inc' does not exist on type 'LabelledFamily
m.operations.inc();
// @ts-expect-error: Property 'with' does not exist on type 'LastGauge'
m.viewNumber.with({});
// @ts-expect-error: 'statos' does not exist in type '{ readonly status: "failure" | "success"; }'
m.operations.with({ statos: 'success' });
// @ts-expect-error: '"sucess"' is not assignable to type '"failure" | "success"'
m.operations.with({ status: 'sucess' });
// @ts-expect-error: Type 'string' is not assignable to type '"failure" | "success"'
m.operations.with({ status: anyString });
// @ts-expect-error: Type 'number' is not assignable to type 'string'
m.standbyLag.with({ standby_id: 4 });
// @ts-expect-error: Property 'status' is missing in type '{}'
m.operations.with({});
// @ts-expect-error: Expected 1 arguments, but got 0
m.operations.with();
// @ts-expect-error: Property 'replica_id' is missing in type '{ status: "success"; }'
open.operations.with({ status: 'success' });
// @ts-expect-error: Property 'tenant_id' is missing in type '{ outcome: "ok"; }'
own.transfers.with({ outcome: 'ok' });
// @ts-expect-error: 'replica_id' does not exist in type '{ readonly status: "failure" | "success"; }'
m.operations.with({ replica_id: '0', status: 'success' });
// @ts-expect-error: 'tenant_id' does not exist in type '{ readonly status: "failure" | "success"; }'
m.operations.with({ status: 'success', tenant_id: 'acme' });
// @ts-expect-error: Property 'status' is missing in type 'Record<string, string>'
m.operations.with(strings);
// @ts-expect-error: Property 'standby_id' is missing in type 'Record<string, string>'
m.standbyLag.with(strings);
// @ts-expect-error: '"sucess"' is not assignable to type '"failure" | "success"'
m.operations.remove({ status: 'sucess' });
// @ts-expect-error: '"Gossip"' is not assignable to type
m.messagesSent.with({ message_type: 'Gossip' });
