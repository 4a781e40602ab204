// Where the text of a dump goes: standard output, or a file.

import { once } from 'node:events';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { readRegistry } from '../../core/reading/reader.js';
import { exitCodes, Failure, misuse } from '../failure.js';
import type { Output } from '../streams.js';
import { printableLines } from '../text.js';

/**
 * Writes pieces one after the other, each when there is room for it. Terminals get no character that
 * they would obey: a file may hold any.
 *
 * @throws what the stream says when it cannot be written
 */
export async function writeTo(
  output: Output,
  pieces: Iterable<Uint8Array | string>,
): Promise<void> {
  const decoder = new TextDecoder();
  const shown = (piece: Uint8Array | string) =>
    printableLines(typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }));
  for (const piece of pieces) {
    if (!output.write(output.isTTY === true ? shown(piece) : piece)) await once(output, 'drain');
  }
}

/** @throws Failure when writing there would destroy what is read, or another registry */
export function checkOutput(output: string | undefined, input: string): void {
  if (output === undefined) return;
  if (!isSameFile(output, input) && !isRegistry(output)) return;
  throw misuse({
    problem: '--output would overwrite a registry, under the feet of its program',
    given: output,
    allowed: 'another file',
  });
}

function isSameFile(one: string, other: string): boolean {
  const first = statSync(one, { throwIfNoEntry: false });
  const second = statSync(other, { throwIfNoEntry: false });
  return first?.ino === second?.ino && first?.dev === second?.dev && first !== undefined;
}

function isRegistry(path: string): boolean {
  try {
    readRegistry(path);
    return true;
  } catch {
    return false;
  }
}

/** @throws Failure when the file cannot be written */
export function writeToFile(path: string, pieces: Iterable<Uint8Array | string>): void {
  try {
    const descriptor = openSync(path, 'w');
    try {
      for (const piece of pieces) writeAll(descriptor, Buffer.from(piece as string));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Failure(exitCodes.environment, `--output ${path} cannot be written: ${message}`);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}
