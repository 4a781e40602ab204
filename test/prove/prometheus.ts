import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/ports.js';
import { PrometheusServer } from '../servers/prometheus.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { inFlight, latency, steps } from './catalogue.js';
import { claim, type Proof } from './proof.js';

/** What a process reads of itself when nobody records any more. */
export interface ScrapedReading {
  readonly steps: number;
  readonly inFlight: number | undefined;
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly { readonly le: string; readonly count: number }[];
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly workers: number;
  /** Answers by the format that was negotiated. */
  readonly answered: Readonly<Record<string, number>>;
}

const program = fileURLToPath(new URL('./programs/scraped-child.js', import.meta.url));
const patienceMs = 60_000;
/** How far quantiles of buckets that grow by 2^(1/256), or twice that, may be off. */
const nativePrecision = 0.01;

/** Everything the server can be asked is what the process itself reads, in all formats. */
export const prometheus: Proof<{ readonly lives: number; readonly secondsALife: number }> = {
  name: 'prometheus',
  claim:
    'a real Prometheus has the very numbers of the process that it scrapes, in text, OpenMetrics ' +
    'and protobuf, across restarts and while workers come and go',
  full: { lives: 4, secondsALife: 15 },
  short: { lives: 2, secondsALife: 4 },

  async run({ lives, secondsALife }, progress) {
    const port = await freePort();
    const target = `127.0.0.1:${port}`;
    const jobs = ['prometheus', 'openmetrics', 'negotiated'];
    const server = await PrometheusServer.start({
      scrapeIntervalMs: 200,
      jobs: jobs.map((name) => ({ name, target, path: `/${name}` })),
      features: ['native-histograms', 'exemplar-storage'],
    });
    const file = newFile();
    let total = 0;
    let workers = 0;
    let answers = 0;
    let child: ChildProcess | undefined;
    try {
      for (let life = 0; life < lives; life++) {
        child = fork(program, [file, String(port)]);
        await once(child, 'message');
        // The server looks for its targets every few seconds only.
        await until(async () => ((await isUp(server, jobs.length)) ? undefined : 'is not scraped'));
        await wait(secondsALife * 1000);
        const settled = once(child, 'message');
        child.send('settle');
        const [reading] = (await settled) as [ScrapedReading];
        await until(async () => (await differences(server, reading))[0]);
        claim(
          (await server.scrapeErrors()).every((error) => error === ''),
          'a scrape failed',
        );
        const formats = Object.keys(reading.answered).join();
        claim(formats === 'protobuf', `${formats} was negotiated instead of protobuf`);
        total += reading.steps;
        workers += reading.workers;
        answers += reading.answered.protobuf!;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
        progress(life + 1, lives);
      }
      await checkHistory(server, total, lives);
      const exemplars = await checkExemplars(server);
      return { lives, workers, counted: total, protobufScrapes: answers, exemplars };
    } finally {
      child?.kill('SIGKILL');
      await server.stop();
      await removeAll();
    }
  },
};

/** Waits until nothing is said to be wrong; what is, when it takes too long. */
async function until(problem: () => Promise<string | undefined>): Promise<void> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await problem();
    if (found === undefined) return;
    claim(Date.now() < end, found);
    await wait(100);
  }
}

async function isUp(server: PrometheusServer, jobs: number): Promise<boolean> {
  return (await server.query('up == 1')).length === jobs;
}

/** What the server knows otherwise than the process does. */
async function differences(server: PrometheusServer, own: ScrapedReading): Promise<string[]> {
  const problems: string[] = [];
  const expect = async (
    expression: string,
    wanted: number | undefined,
    precision = 0,
  ): Promise<void> => {
    const found = await server.query(expression);
    // What nobody has set is not there.
    const isSame =
      wanted === undefined
        ? found.length === 0
        : found.length === 1 && Math.abs(found[0]!.value - wanted) <= precision * Math.abs(wanted);
    if (isSame) return;
    problems.push(`${expression} is ${found.map(({ value }) => value)} instead of ${wanted}`);
  };
  for (const job of ['prometheus', 'openmetrics', 'negotiated']) {
    await expect(`${steps}{job="${job}"}`, own.steps);
    await expect(`${inFlight}{job="${job}"}`, own.inFlight);
    await expect(`${latency}_p50{job="${job}"}`, own.p50);
    await expect(`${latency}_p95{job="${job}"}`, own.p95);
    await expect(`${latency}_p99{job="${job}"}`, own.p99);
  }
  for (const job of ['prometheus', 'openmetrics']) {
    await expect(`${latency}_count{job="${job}"}`, own.count);
    await expect(`${latency}_sum{job="${job}"}`, own.sum);
    for (const { le, count } of own.buckets) {
      // OpenMetrics has 1.0 where text has 1.
      const either = le === 'Infinity' ? '[+]Inf' : `${le.replace('.', '[.]')}([.]0)?`;
      await expect(`${latency}_bucket{job="${job}",le=~"${either}"}`, count);
    }
  }
  const native = `${latency}{job="negotiated"}`;
  await expect(`histogram_count(${native})`, own.count);
  await expect(`histogram_sum(${native})`, own.sum);
  await expect(`histogram_quantile(0.5, ${native})`, own.p50, nativePrecision);
  await expect(`histogram_quantile(0.95, ${native})`, own.p95, nativePrecision);
  await expect(`histogram_quantile(0.99, ${native})`, own.p99, nativePrecision);
  return problems;
}

/** Counters fall when a process starts anew, and at no other time; what they rose by is all there was. */
async function checkHistory(server: PrometheusServer, total: number, lives: number): Promise<void> {
  const series = await server.samples(`${steps}[1h]`);
  claim(series.length === 3, `${series.length} series instead of one for each job`);
  for (const { values } of series) {
    const restarts = values.filter((value, at) => value < values[at - 1]!).length;
    claim(restarts === lives - 1, `${restarts} resets after ${lives} lives`);
    const rise = values.reduce((sum, value, at) => {
      const before = values[at - 1] ?? 0;
      return sum + (value < before ? value : value - before);
    }, 0);
    claim(rise === total, `the counter rose by ${rise} instead of ${total}`);
  }
}

async function checkExemplars(server: PrometheusServer): Promise<number> {
  const found = await server.exemplars(`{__name__=~"${steps}|${latency}.*"}`);
  const traces = new Set(found.map(({ labels }) => String(labels.trace_id).split('-')[0]));
  claim(traces.has('steps') && traces.has('latency'), `exemplars of ${[...traces]} only`);
  return found.length;
}
