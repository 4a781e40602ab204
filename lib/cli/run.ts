// vsr-metrics: reads the files that programs record into. docs/cli.md tells more.
//
//   process.exitCode = await run(process.argv.slice(2), processStreams());
//
// Nothing here touches the process itself, so that tests run commands without starting one.

import { inspect } from 'node:util';
import { packageVersion } from '../core/package-version.js';
import { parseArguments } from './arguments.js';
import { commands, type RunnableCommand } from './commands.js';
import { exitCodes, Failure, misuse, usualExitCodes } from './failure.js';
import { commandHelp, generalHelp } from './help.js';
import { isGone, type Streams, say, WatchedOutput } from './streams.js';

/** Carries out a command line, without the program's own name; gives back the exit code. */
export async function run(argv: readonly string[], streams: Streams): Promise<number> {
  const output = new WatchedOutput(streams.stdout);
  for (const stream of [streams.stdin, streams.stderr]) {
    // When the terminal is gone, nobody is left who could be told so.
    stream.on('error', () => undefined);
  }
  // A command that goes on ends when nobody sees what it prints.
  const asked = () => Promise.race([streams.asked(), output.failed]);
  try {
    const code = await carryOut(argv, { ...streams, asked });
    await output.finished();
    return code;
  } catch (error) {
    const command = commands.find(({ name }) => name === argv[0]);
    // What went wrong because of the output needs no other reason.
    if (output.error === undefined) return explain(error, streams, command);
    if (isGone(output.error)) return exitCodes.ok;
    return explain(unwritable(output.error), streams, command);
  }
}

async function carryOut(argv: readonly string[], streams: Streams): Promise<number> {
  const [first, ...rest] = argv;
  const print = (text: string): number => {
    streams.stdout.write(text);
    return exitCodes.ok;
  };
  if (first === '--version' || first === '-V') return print(`${packageVersion()}\n`);
  if (first === 'help' && rest.length > 0) return carryOut([rest[0]!, '--help'], streams);
  if (first === '--help' || first === '-h' || first === 'help') return print(generalHelp(commands));
  const command = commandNamed(first);
  const args = parseArguments(command, rest);
  return args.has('help') ? print(commandHelp(command)) : command.run(args, streams);
}

function commandNamed(name: string | undefined): RunnableCommand {
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

function unwritable({ message }: Error): Failure {
  return new Failure(exitCodes.environment, `standard output cannot be written: ${message}`);
}

/** Says why on standard error, and gives back the exit code. */
function explain(
  error: unknown,
  { stderr }: Streams,
  { name = '', exitCodes: codes = usualExitCodes }: Partial<RunnableCommand> = {},
): number {
  const program = `vsr-metrics ${name}`.trimEnd();
  if (error instanceof Failure) {
    say(stderr, `${program}: ${error.message}`);
    if (error.exitCode !== exitCodes.usage) return error.exitCode;
    say(stderr, `${program} --help says how to use it`);
    return codes.usage;
  }
  if (error instanceof Error && 'code' in error && error.code === 'VSR_METRICS_ADDON') {
    say(stderr, error.message);
    return exitCodes.environment;
  }
  say(stderr, inspect(error));
  return exitCodes.defect;
}
