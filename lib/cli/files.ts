// The files a command is given: opened, and what they are called.

import { VsrMetricsError } from '../core/errors.js';
import { type RegistryReader, readRegistry } from '../core/reading/reader.js';
import { exitCodes, Failure } from './failure.js';

/**
 * Opens a file for a command that cannot do without it.
 *
 * @throws Failure that says why it cannot be read
 */
export function openFile(path: string): RegistryReader {
  return readOrFail(() => readRegistry(path));
}

/** Reads something of a file; when it cannot be read that is the end of the command. */
export function readOrFail<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof VsrMetricsError)) throw error;
    throw new Failure(exitCodes.unreadable, error.message, error);
  }
}

/**
 * Short names that tell files apart: the last part of their path, or all of it where two would have
 * the same.
 */
export function nameFiles(paths: readonly string[]): string[] {
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return paths.map((path, index) => {
    const isUnique = names.indexOf(names[index]!) === names.lastIndexOf(names[index]!);
    return isUnique ? names[index]! : path;
  });
}
