// How the command fails: with a code that scripts can tell apart, and one line for people.

import { nearest } from '../core/nearest.js';

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
