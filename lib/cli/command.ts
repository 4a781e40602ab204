// What a command is: plain data, from which its arguments are parsed and its help is written.

import type { Arguments } from './arguments.js';
import type { ExitCodes } from './failure.js';

export interface Option {
  /** Whether a value follows; `maybe`: it may, unless that would leave no operand. */
  readonly takes: 'nothing' | 'value' | 'maybe';
  /** What stands for the value in the help: `PORT`. */
  readonly placeholder?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** It may be given more than once. */
  readonly repeats?: boolean;
  readonly short?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** What it takes besides options: `FILE...`. */
  readonly operands: { readonly name: string; readonly least: number; readonly most: number };
  readonly options: O;
  /** Paragraphs for its own help. Lines that are indented stay as they are. */
  readonly description: readonly string[];
  readonly examples: readonly string[];
  /** Where a command's exit codes mean something else than those of the others. */
  readonly exitCodes?: ExitCodes;
  run(args: Arguments<O>): Promise<number>;
}

/** Every command has these. */
export const commonOptions = {
  help: { takes: 'nothing', short: 'h', help: 'prints this' },
} as const satisfies Options;

/** Checks the shape of a command and keeps the types of its options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}
