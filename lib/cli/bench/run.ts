// vsr-metrics bench: does instrumentation keep to a budget? A gate for builds.

import { existsSync } from 'node:fs';
import { adviceOn, describeOverhead, formatPercent } from '../../budget/describe.js';
import {
  type BudgetClock,
  measureOverhead,
  type OverheadProgress,
  type OverheadReport,
} from '../../budget/index.js';
import { BudgetError } from '../../core/errors.js';
import type { Arguments } from '../arguments.js';
import { exitCodes, Failure, misuse } from '../failure.js';
import type { Output, Streams } from '../streams.js';
import { type benchCommand, benchExitCodes } from './command.js';

type BenchArguments = Arguments<typeof benchCommand.options>;

export async function bench(args: BenchArguments, streams: Streams): Promise<number> {
  const progress = new ProgressLine(streams.stderr);
  const clock = args.text('clock') as BudgetClock | undefined;
  const options = {
    baseline: moduleOf(args, 'baseline'),
    instrumented: moduleOf(args, 'instrumented'),
    budget: percentOf(args, 'budget', { least: 0.001, most: 1000 }) ?? 0.01,
    confidence: percentOf(args, 'confidence', { least: 50, most: 99.999 }) ?? 0.99,
    limitSeconds: args.number('limit', { least: 1, most: 86_400 }) ?? 120,
    ...(clock !== undefined && { clock }),
    onProgress: (found: OverheadProgress) => progress.show(found),
  };
  const report = await measureOverhead(options).catch((error) => {
    if (!(error instanceof BudgetError)) throw error;
    throw new Failure(exitCodes.environment, error.message, error);
  });
  progress.clear();
  return tell(report, streams, args.has('json'));
}

/** Prints what was found; gives back what it means to a gate. */
export function tell(
  report: OverheadReport,
  { stdout }: Pick<Streams, 'stdout'>,
  asJson: boolean,
): number {
  const advice = report.verdict === 'within' ? '' : `${adviceOn(report)}\n`;
  const text = `${describeOverhead(report)}\n${advice}`;
  stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : text);
  return benchExitCodes[report.verdict];
}

function moduleOf(args: BenchArguments, option: 'baseline' | 'instrumented'): string {
  const given = args.text(option);
  if (given === undefined) throw misuse({ problem: `--${option} MODULE is missing` });
  if (existsSync(given)) return given;
  throw misuse({ problem: `--${option} is no file`, given, allowed: 'the path of a module' });
}

function percentOf(
  args: BenchArguments,
  option: 'budget' | 'confidence',
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const given = args.text(option);
  if (given === undefined) return undefined;
  const value = /^\d+(\.\d+)? ?%$/.test(given) ? Number.parseFloat(given) : Number.NaN;
  if (value >= least && value <= most) return value / 100;
  // A bare 1 might be meant as 1 % or as all of it.
  const allowed = `a percentage from ${least}% to ${most}%, with its sign`;
  throw misuse({ problem: `--${option} does not fit`, given, allowed });
}

/** How far the measurement is, on a terminal. */
class ProgressLine {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  show({ rounds, seconds, limitSeconds, finding }: OverheadProgress): void {
    const { overhead, interval } = finding;
    const found = Number.isNaN(overhead)
      ? ''
      : `: ${formatPercent(interval.lower)} to ${formatPercent(interval.upper)}`;
    const time = `${seconds.toFixed(0)} of at most ${limitSeconds} s`;
    this.#replace(`${rounds} rounds, ${time}${found}`);
  }

  clear(): void {
    this.#replace('');
  }

  #replace(text: string): void {
    if (this.#output.isTTY === true) this.#output.write(`\r\x1b[K${text}`);
  }
}
