// How long a scrape takes beside prom-client's: the same series with the same numbers in both.
//
//   node dist/bench/rendering.js            10,000 counter series; 1,000 histogram series x 12 buckets
//   node dist/bench/rendering.js --quick    a hundredth of it, once: does the benchmark still work?
//
// Each trial is a process of its own that runs both sides in turn, and ends with a check that both
// wrote the same samples. Of the rounds of a trial, and of the trials, the medians count. Absolute
// times are this machine's; read the ratios.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Measured, type Workload, workloads } from './rendering-workloads.js';

const quick = process.argv.includes('--quick');
const trials = quick ? 1 : 7;

/** What the columns say, in the order in which a trial measures. */
const columns = {
  promClient: 'prom-client metrics()',
  scrape: 'snapshot + renderPrometheus',
  render: 'renderPrometheus',
  bytes: 'renderBytes',
  openMetrics: 'renderOpenMetrics',
  first: 'first render of a layout',
} as const;

function runTrial(workload: Workload): Measured {
  const script = fileURLToPath(import.meta.url);
  const args = [script, '--trial', workload, ...(quick ? ['--quick'] : [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 20,
  });
  if (status !== 0) throw new Error(`${workload}: the trial failed\n${stdout}${stderr}`);
  return JSON.parse(stdout) as Measured;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function report(workload: Workload, measured: readonly Measured[]): void {
  const { samples, textBytes } = measured[0]!;
  console.log(`${workload}: ${samples} samples, ${textBytes} bytes, the same in both`);
  const base = median(measured.map(({ times }) => times.promClient));
  for (const [column, title] of Object.entries(columns) as [keyof Measured['times'], string][]) {
    const time = median(measured.map(({ times }) => times[column]));
    const ratio = base / time;
    const milliseconds = `${(time / 1e6).toFixed(3)} ms`.padStart(12);
    console.log(`  ${title.padEnd(28)}${milliseconds}   ${ratio.toFixed(1)} x`);
  }
}

async function main(): Promise<void> {
  const trial = process.argv.indexOf('--trial');
  if (trial >= 0) {
    const measured = await workloads[process.argv[trial + 1] as Workload](quick);
    console.log(JSON.stringify(measured));
    return;
  }
  console.log(`node ${process.version}, ${process.platform} ${process.arch}, ${trials} trials`);
  for (const workload of Object.keys(workloads) as Workload[]) {
    report(
      workload,
      Array.from({ length: trials }, () => runTrial(workload)),
    );
  }
}

await main();
