// vsr-metrics dump: one file as text, now or over time.

import { selectSeries } from '../../core/reading/combined-snapshot.js';
import type { HistoryRange } from '../../core/reading/history-points.js';
import type { RegistryReader } from '../../core/reading/reader.js';
import type { Snapshot } from '../../core/reading/snapshot.js';
import { renderChunks, renderHistogramLog } from '../../exposition/index.js';
import { renderPercentileDistributions } from '../../exposition/percentile-distribution.js';
import type { Arguments } from '../arguments.js';
import { exitCodes, misuse } from '../failure.js';
import { openFile, readOrFail } from '../files.js';
import type { Streams } from '../streams.js';
import type { dumpCommand } from './command.js';
import { historyAsJson, historyAsText, readHistories } from './history.js';
import { checkOutput, writeTo, writeToFile } from './output.js';
import { seriesNamed } from './select.js';
import { parseTime } from './times.js';

type DumpArguments = Arguments<typeof dumpCommand.options>;

export async function dump(
  args: DumpArguments,
  { stdout }: Pick<Streams, 'stdout'>,
): Promise<number> {
  const [path] = args.operands as [string];
  const output = args.text('output');
  checkCombination(args);
  const reader = openFile(path);
  checkOutput(output, path);
  const pieces = args.has('history') ? historyOf(reader, args) : snapshotOf(reader, args);
  if (output === undefined) await writeTo(stdout, pieces);
  else writeToFile(output, pieces);
  return exitCodes.ok;
}

const formats = {
  now: ['prometheus', 'openmetrics', 'json', 'hdr', 'hgrm'],
  history: ['text', 'json'],
};

/** Options that mean something only with, or only without, --history. */
function checkCombination(args: DumpArguments): void {
  const isHistory = args.has('history');
  const allowed = isHistory ? formats.history : formats.now;
  const format = args.text('format');
  if (format !== undefined && !allowed.includes(format)) {
    const how = isHistory ? 'with' : 'without';
    throw misuse({
      problem: `--format knows no such value ${how} --history`,
      given: format,
      allowed,
    });
  }
  for (const option of ['from', 'to'] as const) {
    if (isHistory || !args.has(option)) continue;
    throw misuse({
      problem: `--${option} is for --history`,
      allowed: `--history --${option} TIME`,
    });
  }
  if (!isHistory || !args.has('metric')) return;
  throw misuse({ problem: '--metric is not for --history', allowed: '--history NAME' });
}

function snapshotOf(reader: RegistryReader, args: DumpArguments): Iterable<Uint8Array | string> {
  const snapshot = selected(
    readOrFail(() => reader.snapshot()),
    args.texts('metric'),
  );
  const format = args.text('format') ?? 'prometheus';
  if (format === 'hdr') return [renderHistogramLog(snapshot)];
  if (format === 'hgrm') return [renderPercentileDistributions(snapshot)];
  return renderChunks(format as 'prometheus' | 'openmetrics' | 'json', snapshot);
}

function selected(snapshot: Snapshot, names: readonly string[]): Snapshot {
  if (names.length === 0) return snapshot;
  const wanted = seriesNamed('--metric', names, snapshot);
  return selectSeries(snapshot, (series) => wanted.has(series));
}

function historyOf(reader: RegistryReader, args: DumpArguments): Iterable<string> {
  const histories = readHistories(reader, args.texts('history'), rangeOf(reader, args));
  return [args.text('format') === 'json' ? historyAsJson(histories) : historyAsText(histories)];
}

function rangeOf(reader: RegistryReader, args: DumpArguments): HistoryRange {
  const heardOf = Date.now() - readOrFail(() => reader.writer).heartbeatAgeMs;
  const time = (option: 'from' | 'to') => {
    const given = args.text(option);
    return given === undefined ? {} : { [option]: parseTime(`--${option}`, given, heardOf) };
  };
  const range: HistoryRange = { ...time('from'), ...time('to') };
  if ((range.from ?? 0) <= (range.to ?? Number.POSITIVE_INFINITY)) return range;
  throw misuse({
    problem: '--from is later than --to',
    given: `--from ${args.text('from')} --to ${args.text('to')}`,
  });
}
