// The commands, in the order of the help. What they do is imported when they run, so that --help
// needs nothing.

import type { Arguments } from './arguments.js';
import { benchCommand } from './bench/command.js';
import type { Command, Run } from './command.js';
import { dumpCommand } from './dump/command.js';
import type { Options } from './options.js';
import { rulesCommand } from './rules/command.js';
import { serveCommand } from './serve/command.js';
import type { Streams } from './streams.js';
import { topCommand } from './top/command.js';

export interface RunnableCommand extends Command {
  run(args: Arguments, streams: Streams): Promise<number>;
}

export const commands: readonly RunnableCommand[] = [
  runnable(dumpCommand, async () => (await import('./dump/run.js')).dump),
  runnable(serveCommand, async () => (await import('./serve/run.js')).serve),
  runnable(topCommand, async () => (await import('./top/run.js')).top),
  runnable(rulesCommand, async () => (await import('./rules/run.js')).rules),
  runnable(benchCommand, async () => (await import('./bench/run.js')).bench),
];

function runnable<O extends Options>(
  command: Command<O>,
  load: () => Promise<Run<O>>,
): RunnableCommand {
  return {
    ...command,
    run: async (args, streams) => (await load())(args as Arguments<O>, streams),
  };
}
