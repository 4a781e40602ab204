import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { steps } from './catalogue.js';
import { mutate, randomNumbers } from './mutated-requests.js';
import { claim, delay, inParallel, type Proof } from './proof.js';

/** What a server may answer to a request that makes no sense. */
const allowed = new Set([
  100, 200, 400, 401, 403, 404, 405, 408, 413, 414, 417, 431, 501, 503, 505,
]);
/** Every so many requests one that makes sense. */
const controlEvery = 20;
const patienceMs = 30_000;

interface Told {
  readonly url: string;
  /** The median time of a batch of records, in nanoseconds a record. */
  readonly recordNs: number;
  readonly residentBytes: number;
  readonly problems: readonly string[];
}

/** A server under fire: nothing that clients send ends it, or slows down who records. */
export const http: Proof<{
  readonly requests: number;
  readonly connections: number;
  readonly milliseconds: number;
  readonly blockMs: number;
}> = {
  name: 'http',
  claim:
    'a server answers mutated requests, many scrapers, and while the event loop is blocked, and ' +
    'recording does not notice',
  full: { requests: 20_000, connections: 200, milliseconds: 20_000, blockMs: 10_000 },
  short: { requests: 1000, connections: 50, milliseconds: 1500, blockMs: 1500 },

  async run({ requests, connections, milliseconds, blockMs }, progress) {
    const program = fileURLToPath(new URL('./programs/http-server.js', import.meta.url));
    const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ask = async (): Promise<Told> => {
      const told = once(child, 'message') as Promise<[Told]>;
      child.send('tell');
      return (await told)[0];
    };
    try {
      await once(child, 'message');
      await delay(Math.min(2000, milliseconds));
      const { url, recordNs: aloneNs } = await ask();
      const port = Number(new URL(url).port);

      const counts = { answers: 0, unanswered: 0 };
      let residentBefore = 0;
      await inParallel(requests, 32, async (index) => {
        const isControl = index % controlEvery === 0;
        const bytes = isControl ? control : mutate(randomNumbers(index));
        const codes = codesIn(await exchange(port, bytes, index));
        const strange = codes.find((code) => !allowed.has(code));
        claim(strange === undefined, `request ${index} was answered by ${strange}`);
        claim(!isControl || codes[0] === 200, `a scrape among them (${index}) got ${codes[0]}`);
        counts.answers += codes.length;
        if (codes.length === 0) counts.unanswered++;
        if (index === Math.floor(requests / 4)) residentBefore = (await ask()).residentBytes;
        progress(index, requests * 2);
      });
      const after = await ask();
      const grownBytes = after.residentBytes - residentBefore;
      claim(grownBytes < 96 << 20, `it grew by ${grownBytes} bytes`);

      const end = Date.now() + milliseconds;
      const agent = new Agent({ keepAlive: true, maxSockets: connections });
      let scrapes = 0;
      await inParallel(connections, connections, async () => {
        let before = 0;
        while (Date.now() < end) {
          const now = await scrape(url, agent);
          claim(now >= before, `a scraper saw ${now} after ${before}`);
          before = now;
          scrapes++;
          progress(
            requests * 2 - (requests * Math.max(0, end - Date.now())) / milliseconds,
            requests * 2,
          );
        }
      });
      const { recordNs, problems } = await ask();
      const blocked = await scrapeWhileBlocked(child, blockMs, url, agent);
      agent.destroy();
      claim(problems.length === 0, `it reported ${problems[0]}`);
      claim(child.exitCode === null, 'it has ended');
      const ratio = recordNs / aloneNs;
      claim(ratio < 2, `a record took ${recordNs} ns instead of ${aloneNs}`);
      return {
        requests,
        ...counts,
        grownMebibytes: Math.round(grownBytes / (1 << 20)),
        connections,
        scrapes,
        recordNsAlone: rounded(aloneNs),
        recordNsWhileScraped: rounded(recordNs),
        ratio: rounded(ratio),
        ...blocked,
      };
    } finally {
      child.kill('SIGKILL');
    }
  },
};

/** A scrape every 100 ms, none of which may wait for the event loop, or see what was seen before. */
async function scrapeWhileBlocked(
  child: ChildProcess,
  blockMs: number,
  url: string,
  agent: Agent,
): Promise<Record<string, number>> {
  const blocked = once(child, 'message');
  child.send({ blockMs });
  await blocked;
  await delay(100);
  const end = performance.now() + blockMs - 300;
  const tookMs: number[] = [];
  let before = 0;
  while (performance.now() < end) {
    const began = performance.now();
    const now = await scrape(url, agent);
    tookMs.push(performance.now() - began);
    claim(now > before, `a scrape saw ${now} after ${before}: not fresh`);
    before = now;
    await delay(100);
  }
  const slowestMs = Math.max(...tookMs);
  claim(slowestMs < blockMs / 2, `a scrape took ${slowestMs} ms`);
  return { scrapesWhileBlocked: tookMs.length, slowestMsWhileBlocked: rounded(slowestMs) };
}

const control = Buffer.from(
  'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
);

/** Sends the bytes and nothing more; resolves to all that came back. */
function exchange(port: number, bytes: Buffer, index: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`request ${index} was held for ${patienceMs} ms`));
    }, patienceMs);
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(received);
    });
    socket.end(bytes);
  });
}

/** The codes of all answers: of what stands at the beginning, or behind a whole body. */
function codesIn(answers: string): number[] {
  return Array.from(answers.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z][\w -]*\r\n/g), ([, code]) =>
    Number(code),
  );
}

/** The counter as of a scrape that is complete. */
function scrape(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const length = Number(response.headers['content-length']);
        const value = new RegExp(`^${steps} (\\d+)$`, 'm').exec(text)?.[1];
        if (response.statusCode === 200 && text.length === length && value !== undefined) {
          resolve(Number(value));
        } else {
          reject(new Error(`a scrape got ${response.statusCode} and ${text.length} bytes`));
        }
      });
    }).on('error', reject);
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
