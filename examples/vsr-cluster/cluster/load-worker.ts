// Clients on a thread of their own: as many requests a second as they are asked for, each session
// with one under way at a time.

import { parentPort, workerData } from 'node:worker_threads';
import { firstClient, type Message } from '../messages/messages.js';
import { LoadClient } from './load-client.js';
import { type LoadCommand, type LoadWorkerData, loadCounts } from './load-counts.js';
import { type Batch, Transport } from './transport.js';

const retryMs = 400;
const tickMs = 2;
/** What could not be sent in time is made up for, but not more than this many seconds of it. */
const longestArrears = 0.25;

const { rosterSize, sessions, counts, ...initial } = workerData as LoadWorkerData;
const tally = new Float64Array(counts);
let { rate } = initial;
let primary = 0;
let due = 0;
let next = 0;
let lastTick = performance.now();
let isDraining = false;
let timer: NodeJS.Timeout | undefined;

const transport = new Transport(receive);
const clients = Array.from({ length: sessions }, (_, index) => new LoadClient(firstClient + index));

function send(to: number, message: Message): void {
  // Clients have no key, see messages/codec.ts; nobody measures how long their frames take.
  transport.send(to, `- ${JSON.stringify(message)}`, 0);
}

function receive({ to, frames }: Batch): void {
  for (let index = 0; index < frames.length; index++) {
    const client = clients[to[index]! - firstClient];
    const frame = frames[index]!;
    const message = JSON.parse(frame.slice(frame.indexOf(' ') + 1)) as Message;
    if (client === undefined) continue;
    const event = client.receive(message);
    if (event === 'evicted') tally[loadCounts.evicted]!++;
    if (event !== 'answered' && event !== 'opened') continue;
    if (event === 'answered') tally[loadCounts.answered]!++;
    primary = (message as { readonly from: number }).from;
  }
  sendDue();
}

function sendDue(): void {
  if (isDraining) due = 0;
  const now = performance.now();
  for (let looked = 0; looked < clients.length && due >= 1; looked++) {
    const client = clients[next]!;
    next = (next + 1) % clients.length;
    if (client.isBusy) continue;
    const request = client.begin(now);
    if (request.session !== 0) {
      due--;
      tally[loadCounts.sent]!++;
    }
    send(primary, request);
  }
  transport.flush();
}

function tick(): void {
  const now = performance.now();
  due = Math.min(due + (rate * (now - lastTick)) / 1000, Math.max(1, rate * longestArrears));
  lastTick = now;
  for (const client of clients) {
    const request = client.late(now, retryMs);
    if (request === undefined) continue;
    for (let to = 0; to < rosterSize; to++) send(to, request);
  }
  sendDue();
  if (isDraining && clients.every((client) => !client.isBusy)) {
    isDraining = false;
    rate = 0;
    parentPort!.postMessage('drained');
  }
}

parentPort!.on('message', (command: LoadCommand) => {
  switch (command.type) {
    case 'connect':
      transport.connect(command.address, command.port);
      return;
    case 'start':
      lastTick = performance.now();
      timer = setInterval(tick, tickMs);
      return;
    case 'rate':
      rate = command.rate;
      return;
    case 'drain':
      isDraining = true;
      return;
    case 'stop':
      clearInterval(timer);
      transport.close();
      parentPort!.close();
  }
});
