// A file that is read again and again, and found again when its program starts anew.

import { statSync } from 'node:fs';
import { VsrMetricsError } from '../core/errors.js';
import type { HistoryPoint, HistoryRange } from '../core/reading/history-points.js';
import {
  type ReaderOptions,
  type RegistryReader,
  readRegistry,
  type Writer,
} from '../core/reading/reader.js';
import type { Snapshot } from '../core/reading/snapshot.js';

/** What a file said when it was last asked. */
export type FileReading =
  | { readonly snapshot: Snapshot; readonly writer: Writer; readonly problem?: undefined }
  | { readonly problem: string };

/** A file that may be missing or damaged for a while. */
export class WatchedFile {
  readonly path: string;
  readonly #options: ReaderOptions;
  #reader: RegistryReader | undefined;

  constructor(path: string, options: ReaderOptions) {
    this.path = path;
    this.#options = options;
  }

  read(): FileReading {
    try {
      // A reader goes on reading a file that was deleted; here it counts as gone.
      statSync(this.path);
      this.#reader ??= readRegistry(this.path, this.#options);
      return this.#reader.read();
    } catch (error) {
      // Whatever stands there next is opened anew.
      this.#reader = undefined;
      return { problem: describe(this.path, error) };
    }
  }

  /** Earlier values of one of its series; none while it cannot be read or has no such series. */
  history(name: string, range: HistoryRange): HistoryPoint[] {
    try {
      return this.#reader?.history(name, range) ?? [];
    } catch (error) {
      if (!(error instanceof VsrMetricsError)) throw error;
      return [];
    }
  }
}

function describe(path: string, error: unknown): string {
  if (error instanceof VsrMetricsError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${path} cannot be read: No such file or directory`;
  return `${path} cannot be read: ${message}`;
}
