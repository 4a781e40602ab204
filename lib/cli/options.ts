// The options of a command, as it declares them, and those that several commands have.

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

/** What a command line may hold. */
export interface Declaration<O extends Options = Options> {
  /** What the command takes besides options: `FILE...`. */
  readonly operands: { readonly name: string; readonly least: number; readonly most: number };
  readonly options: O;
}

/** Every command has these. */
export const commonOptions = {
  help: { takes: 'nothing', short: 'h', help: 'prints this' },
} as const satisfies Options;

/** How large the cluster is that the files show. */
export const members = {
  takes: 'value',
  placeholder: 'N',
  help: 'how many replicas there should be, without standbys; a missing one is noticed then',
} as const;

/** Of the commands that say how programs do. */
export const hungAfter = {
  takes: 'value',
  placeholder: 'SECONDS',
  help: 'seconds without a sign of life after which a program counts as hung (default 5)',
} as const satisfies Option;
