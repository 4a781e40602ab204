// What the environment and --config say to a command that serves.

import { ServerError } from '../core/errors.js';
import { type Configuration, readConfiguration } from '../server/index.js';
import { exitCodes, Failure } from './failure.js';

/** @throws Failure that says what is wrong with it, and where */
export async function readConfigured(
  file: string | undefined,
  onUnknown: (message: string) => void,
): Promise<Configuration> {
  try {
    return await readConfiguration({ file, onUnknown });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new Failure(exitCodes.usage, error.message, error);
  }
}
