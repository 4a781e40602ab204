// Runs the process of one trial and checks what it says.

import { spawn } from 'node:child_process';
import { shapeOf } from '../handlers/shapes.js';
import { childrenSeconds, processorShare } from './child-time.js';
import { leastShare } from './compare.js';
import type { BenchmarkCase, TrialOutput } from './types.js';
import { valuesDigest } from './values.js';

export interface Trial {
  readonly output: TrialOutput;
  /** Undefined where the system does not say. */
  readonly share: number | undefined;
}

/** Resolves to what it printed; throws with what it wrote to standard error when it fails. */
function runProcess(command: BenchmarkCase['command'], seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program, ...rest] = command;
    const child = spawn(program, [...rest, String(seconds)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Rendering a large registry once may take longer than the time asked for; hanging may not.
      timeout: 120_000 + seconds * 20_000,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      const end = signal ?? `code ${code}`;
      reject(new Error(`ended with ${end}: ${complaint.trim() || 'no message'}`));
    });
  });
}

function parseOutput(text: string, { threads }: BenchmarkCase): TrialOutput {
  const output = JSON.parse(text) as TrialOutput;
  const [result] = output.results;
  if (result.threads !== threads) {
    throw new Error(`ran ${result.threads} threads instead of ${threads}`);
  }
  // What a handler adds to one that does nothing may be nothing.
  const least = shapeOf(result.name) === undefined ? Number.MIN_VALUE : -Infinity;
  if (!(result.nsPerOperation >= least)) {
    throw new Error(`reported ${result.nsPerOperation} ns per operation`);
  }
  if (result.total !== result.operations) {
    throw new Error(`recorded ${result.operations} operations but reads back ${result.total}`);
  }
  if (output.valuesDigest !== undefined && output.valuesDigest !== ownDigest()) {
    throw new Error('recorded other values than the rest');
  }
  return output;
}

let digest: string | undefined;

function ownDigest(): string {
  digest ??= valuesDigest();
  return digest;
}

async function runOnce(each: BenchmarkCase, seconds: number): Promise<Trial> {
  const before = childrenSeconds();
  const started = performance.now();
  const output = parseOutput(await runProcess(each.command, seconds), each);
  const wallSeconds = (performance.now() - started) / 1000;
  const after = childrenSeconds();
  const isKnown = before !== undefined && after !== undefined;
  return {
    output,
    share: isKnown ? processorShare(after - before, each.threads, wallSeconds) : undefined,
  };
}

/** Runs a trial, again if neighbours starved it; then the least starved one counts. */
export async function runTrial(
  each: BenchmarkCase,
  seconds: number,
  retries: number,
): Promise<Trial> {
  let best = await runOnce(each, seconds);
  for (let retry = 0; retry < retries; retry++) {
    if (best.share === undefined || best.share >= leastShare(each.threads)) break;
    const again = await runOnce(each, seconds);
    if ((again.share ?? 0) > best.share) best = again;
  }
  return best;
}
