// npm start: one replica at work, with live metrics.
//
// It appends requests to a log in memory, chaining their hashes, counts and times each of them, and
// serves what it recorded in the format that is asked for. The line in the terminal is read back from snapshots
// that a native thread takes every second. Ctrl-C ends it.
//
//   PORT=9000 npm start     serves on another port than 9464

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry, type Snapshot } from 'vsr-metrics';
import { vsr } from 'vsr-metrics/catalogues';
import { compress, negotiate, renderBytes } from 'vsr-metrics/exposition';

const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
const m = registry.metrics;

// Labels are resolved once, here; the hot path below only stores numbers.
const succeeded = m.operations.with({ status: 'success' });
const requests = m.messagesReceived.with({ message_type: 'Request' });
const replies = m.messagesSent.with({ message_type: 'Reply' });

const payload = Buffer.alloc(512, 'x');
let operation = 0;
let lastHash = Buffer.alloc(32);

/** Takes one request through the log: this is what an instrumented hot path looks like. */
function handleRequest(): void {
  const arrived = registry.now();
  requests.inc();
  operation += 1;
  lastHash = createHash('sha256').update(lastHash).update(payload).digest();
  m.prepareLatency.since(arrived);
  m.opNumber.set(operation);
  m.bytesWritten.inc(payload.length + lastHash.length);

  const prepared = registry.now();
  m.commitNumber.set(operation);
  m.commitLatency.since(prepared);
  succeeded.inc();
  replies.inc();
  m.clientLatency.since(arrived);
}

const work = setInterval(() => {
  const burst = Math.ceil(Math.random() * 200);
  for (let index = 0; index < burst; index++) handleRequest();
}, 10);

const server = createServer(async (request, response) => {
  if (request.url !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('see /metrics\n');
    return;
  }
  const { format, contentType, escaping } = negotiate(request.headers.accept);
  const page = renderBytes(format, registry.snapshot(), { escaping });
  const { body, headers } = await compress(page, request.headers['accept-encoding']);
  response.writeHead(200, { 'content-type': contentType, ...headers }).end(body);
});

/** What the last second was like, in one line. */
function describe(snapshot: Snapshot, previous: Snapshot): string {
  const status = { status: 'success' };
  const perSecond = snapshot.rate(previous, 'vsr_operations_total', status) ?? 0;
  const latency = snapshot.histogram('vsr_client_latency_ms');
  const microseconds = (percentile: number): string =>
    `${((latency?.percentile(percentile) ?? 0) * 1000).toFixed(1)} µs`;
  return (
    `op ${snapshot.value('vsr_op_number') ?? 0} · ${perSecond.toFixed(0)} ops/s · ` +
    `p50 ${microseconds(50)} · p99 ${microseconds(99)} · ${address()}`
  );
}

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

function show(line: string): void {
  // A terminal gets one line that refreshes, a file one line after the other.
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
  else console.log(line);
}

server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.log(`port ${port} is taken; using a free one`);
  server.listen(0, '127.0.0.1');
});

const port = Number(process.env.PORT ?? 9464);
let previous = registry.snapshot();
server.listen(port, '127.0.0.1');
server.once('listening', () => {
  console.log(`metrics: ${address()}   (Ctrl-C ends)`);
  registry.onSnapshot({ everyMs: 1000 }, (snapshot) => {
    show(describe(snapshot, previous));
    previous = snapshot;
  });
});

function stop(): void {
  clearInterval(work);
  server.close();
  server.closeAllConnections();
  const total = registry.snapshot().value('vsr_operations_total', { status: 'success' });
  registry.close();
  console.log(`\nstopped after ${total} operations`);
}

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
