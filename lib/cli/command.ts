// What a command is: plain data, from which its arguments are parsed and its help is written. The
// code that carries it out is a file of its own (run.ts beside it), which commands.ts imports when it
// is needed.

import type { Arguments } from './arguments.js';
import type { ExitCodes } from './failure.js';
import type { Declaration, Options } from './options.js';
import type { Streams } from './streams.js';

export interface Command<O extends Options = Options> extends Declaration<O> {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** Paragraphs for its own help. Lines that are indented stay as they are. */
  readonly description: readonly string[];
  readonly examples: readonly string[];
  /** Where a command's exit codes mean something else than those of the others. */
  readonly exitCodes?: ExitCodes;
}

/** Carries out a command; gives back its exit code. */
export type Run<O extends Options> = (args: Arguments<O>, streams: Streams) => Promise<number>;

/** Checks the shape of a command and keeps the types of its options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}
