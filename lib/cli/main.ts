#!/usr/bin/env node
// vsr-metrics: reads the files that programs record into. docs/cli.md tells more.

import { packageVersion } from '../core/package-version.js';
import { parseArguments } from './arguments.js';
import type { Command } from './command.js';
import { commands } from './commands.js';
import { exitCodes, Failure, misuse, usualExitCodes } from './failure.js';
import { commandHelp, generalHelp } from './help.js';

async function run(given: readonly string[]): Promise<number> {
  const [first, ...rest] = given;
  if (first === '--version' || first === '-V') return print(`${packageVersion()}\n`);
  if (first === 'help' && rest.length > 0) return run([rest[0]!, '--help']);
  if (first === '--help' || first === '-h' || first === 'help') return print(generalHelp(commands));
  const command = commandNamed(first);
  try {
    const args = parseArguments(command, rest);
    return args.has('help') ? print(commandHelp(command)) : await command.run(args);
  } catch (error) {
    return explain(error, `vsr-metrics ${command.name}`, command.exitCodes);
  }
}

function commandNamed(name: string | undefined): Command {
  const allowed = commands.map((command) => command.name);
  if (name === undefined) throw misuse({ problem: 'a command is missing', allowed });
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  if (!name.startsWith('-')) {
    throw misuse({ problem: 'there is no such command', given: name, allowed });
  }
  const options = ['--help', '--version'];
  throw misuse({ problem: 'no command, and no such option', given: name, allowed: options });
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCodes.ok;
}

/** Prints why, and gives back the exit code. */
function explain(error: unknown, program = 'vsr-metrics', codes = usualExitCodes): number {
  if (error instanceof Failure) {
    console.error(`${program}: ${error.message}`);
    if (error.exitCode !== exitCodes.usage) return error.exitCode;
    console.error(`${program} --help says how to use it`);
    return codes.usage;
  }
  if (error instanceof Error && 'code' in error && error.code === 'VSR_METRICS_ADDON') {
    console.error(error.message);
    return exitCodes.environment;
  }
  console.error(error);
  return exitCodes.defect;
}

// Whoever reads us may have had enough: `vsr-metrics dump FILE | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.environment);
});

process.exitCode = await run(process.argv.slice(2)).catch((error) => explain(error));
