// Command lines, parsed by what the command declares:
//
//   const args = parseArguments(command, ['--port', '0', 'a.metrics']);
//   args.number('port', { least: 0, most: 65535 });   // 0
//   args.operands;                                    // ['a.metrics']
//
// Whatever is not declared is refused, with the nearest thing that is.

import { parseArgs } from 'node:util';
import { misuse } from './failure.js';
import { commonOptions, type Declaration, type Option, type Options } from './options.js';

export class Arguments<O extends Options = Options> {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#values = values;
  }

  /** Whether the option was given, with or without a value. */
  has(option: (keyof O & string) | keyof typeof commonOptions): boolean {
    return this.#values.has(option);
  }

  /** Its value; undefined when it was not given, or without one. */
  text(option: keyof O & string): string | undefined {
    return this.#values.get(option)?.at(-1);
  }

  /** The values of an option that may be repeated. */
  texts(option: keyof O & string): readonly string[] {
    return this.#values.get(option) ?? [];
  }

  /** Its value as a number within limits. */
  number(
    option: keyof O & string,
    limits: { readonly least: number; readonly most: number; readonly whole?: boolean },
  ): number | undefined {
    const given = this.text(option);
    if (given === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    const { least, most, whole = false } = limits;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    const kind = whole ? 'a whole number' : 'a number';
    throw misuse({
      problem: `--${option} does not fit`,
      given,
      allowed: `${kind} from ${least} to ${most}`,
    });
  }
}

interface Token {
  readonly kind: 'option' | 'positional' | 'option-terminator';
  readonly name?: string;
  readonly rawName?: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/**
 * @throws Failure that says what was given and what is allowed
 */
export function parseArguments<O extends Options>(
  command: Declaration<O>,
  given: readonly string[],
): Arguments<O> {
  const options: Options = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...given],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { takes, short }]) => [
        name,
        { type: takes === 'value' ? 'string' : 'boolean', ...(short !== undefined && { short }) },
      ]),
    ),
    // Its own complaints do not say what is allowed.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const reader = new TokenReader(options, command.operands.least);
  reader.read(tokens as readonly Token[]);
  const args = new Arguments<O>(reader.operands, reader.values);
  if (!reader.values.has('help')) checkOperands(command.operands, reader.operands);
  return args;
}

class TokenReader {
  readonly operands: string[] = [];
  readonly values = new Map<string, string[]>();
  readonly #options: Options;
  readonly #leastOperands: number;

  constructor(options: Options, leastOperands: number) {
    this.#options = options;
    this.#leastOperands = leastOperands;
  }

  read(tokens: readonly Token[]): void {
    let unclaimed = tokens.filter(({ kind }) => kind === 'positional').length;
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index]!;
      if (token.kind === 'positional') this.operands.push(token.value!);
      if (token.kind !== 'option') continue;
      const option = this.#declared(token);
      const next = tokens[index + 1];
      const takesNext =
        option.takes === 'maybe' &&
        token.value === undefined &&
        next?.kind === 'positional' &&
        unclaimed > this.#leastOperands;
      if (takesNext) {
        index += 1;
        unclaimed -= 1;
      }
      this.#add(token, option, takesNext ? next.value : token.value);
    }
  }

  #declared({ name, rawName }: Token): Option {
    const option = Object.hasOwn(this.#options, name!) ? this.#options[name!] : undefined;
    if (option !== undefined) return option;
    const allowed = Object.keys(this.#options).map((each) => `--${each}`);
    throw misuse({ problem: 'there is no such option', given: rawName!, allowed });
  }

  #add({ name, rawName, inlineValue }: Token, option: Option, value: string | undefined): void {
    const { takes, choices, repeats = false, placeholder = 'VALUE' } = option;
    if (takes === 'nothing' && value !== undefined) {
      throw misuse({ problem: `${rawName} takes no value`, given: value });
    }
    // `--output --format json`: another option is no value, unless it is said to be one.
    const isMissing = value === undefined || (value.startsWith('--') && inlineValue !== true);
    if (takes === 'value' && isMissing) {
      throw misuse({
        problem: `${rawName} needs a value`,
        allowed: choices ?? `${rawName} ${placeholder}`,
      });
    }
    if (choices !== undefined && value !== undefined && !choices.includes(value)) {
      throw misuse({ problem: `${rawName} knows no such value`, given: value, allowed: choices });
    }
    const values = this.values.get(name!) ?? [];
    if (values.length > 0 && !repeats) {
      throw misuse({ problem: `${rawName} is given twice`, given: value ?? '', allowed: 'one' });
    }
    if (value !== undefined) values.push(value);
    this.values.set(name!, values);
  }
}

function checkOperands(
  { name, least, most }: Declaration['operands'],
  operands: readonly string[],
): void {
  if (operands.length < least) throw misuse({ problem: `${name} is missing` });
  const extra = operands[most];
  if (extra === undefined) return;
  const allowed = most === 0 ? 'none' : `${most}: ${operands.slice(0, most).join(' ')}`;
  throw misuse({ problem: 'there are too many arguments', given: extra, allowed });
}
