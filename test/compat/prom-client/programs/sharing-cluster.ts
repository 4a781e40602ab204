// Four cluster workers record into one file; the last one is asked for the totals of all.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

cluster.setupPrimary({ exec: fileURLToPath(new URL('./sharing-worker.js', import.meta.url)) });
const workers: Worker[] = [];
// One after the other would hide races; all at once is how clusters start.
for (let member = 1; member <= 4; member++) {
  workers.push(cluster.fork({ MEMBER: String(member) }));
}
await Promise.all(workers.map((worker) => once(worker, 'message')));
// Killed, not ended: what it recorded stays.
const [first, ...others] = workers as [Worker, ...Worker[]];
const gone = once(first, 'exit');
first.process.kill('SIGKILL');
await gone;
const last = others.at(-1)!;
last.send('show');
const [text] = (await once(last, 'message')) as [string];
process.stdout.write(text);
for (const worker of others) worker.kill();
