// How the command fails: with a code that scripts can tell apart, and one line for people.

/** What a command exits with, and what that means. `--help` lists them. */
export interface ExitCodes {
  /** What a wrong command line exits with. */
  readonly usage: number;
  readonly meanings: readonly (readonly [code: number, meaning: string])[];
}

export const exitCodes = {
  ok: 0,
  usage: 1,
  unreadable: 2,
  environment: 3,
  defect: 70,
} as const;

/** What `vsr-metrics` and most of its commands exit with. */
export const usualExitCodes: ExitCodes = {
  usage: exitCodes.usage,
  meanings: [
    [exitCodes.ok, 'done'],
    [exitCodes.usage, 'the command line is wrong'],
    [exitCodes.unreadable, 'a file cannot be read: missing, damaged, or no registry'],
    [exitCodes.environment, 'output cannot be written, the port is taken, the addon is missing'],
    [exitCodes.defect, 'a defect of vsr-metrics'],
  ],
};

/** An end that was foreseen: its message is printed without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

// A file may have thousands of metrics.
const mostListed = 12;

/** What is wrong with a command line. */
export interface Misuse {
  readonly problem: string;
  readonly given?: string;
  /** What would have been accepted: in words, or each of the values. */
  readonly allowed?: string | readonly string[];
}

/**
 * A command line that cannot be understood.
 *
 * @example
 * throw misuse({ problem: '--port is not a port', given: 'http', allowed: '0 to 65535' });
 */
export function misuse({ problem, given, allowed }: Misuse): Failure {
  const parts = [problem];
  if (given !== undefined) parts.push(`given ${JSON.stringify(given)}`);
  if (typeof allowed === 'string') parts.push(`allowed: ${allowed}`);
  if (typeof allowed === 'object') {
    const meant = nearest(given ?? '', allowed);
    if (meant !== undefined) parts.push(`did you mean ${meant}?`);
    parts.push(`allowed: ${listOf(allowed)}`);
  }
  return new Failure(exitCodes.usage, parts.join('; '));
}

function listOf(values: readonly string[]): string {
  const shown = values.slice(0, mostListed);
  const left = values.length - shown.length;
  return shown.join(', ') + (left > 0 ? ` and ${left} more` : '');
}

/** The candidate that was probably meant; undefined when none is near. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // Further off than this it is another word.
  let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of candidates) {
    const isBeginning = given.length >= 3 && candidate.startsWith(given);
    const distance = isBeginning ? 1 : editDistance(given.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** How many letters must be added, dropped, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = last[column - 1]! + Number(a[row - 1] !== b[column - 1]);
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, replace);
      const isSwap = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) least = Math.min(least, beforeLast[column - 2]! + 1);
      current.push(least);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
