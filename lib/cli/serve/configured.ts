// What the environment and --config say.

import {
  type Configuration,
  type ConfigurationSources,
  readConfiguration,
} from '../../configuration/index.js';
import { ServerError } from '../../core/errors.js';
import { exitCodes, Failure } from '../failure.js';

/** @throws Failure that says what is wrong with it, and where */
export async function readConfigured(sources: ConfigurationSources): Promise<Configuration> {
  try {
    return await readConfiguration(sources);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new Failure(exitCodes.usage, error.message, error);
  }
}
