// What a server is told to show.

import { type HandlerOptions, refuse } from './options.js';
import type { ServerSource } from './source.js';

/** @throws ServerError when there is nothing to show, or two things */
export function checkShown({ registry, source }: HandlerOptions): ServerSource {
  const shown = registry ?? source;
  if (shown === undefined || (registry !== undefined && source !== undefined)) {
    const given = shown === undefined ? 'neither' : 'both';
    throw refuse('registry', given, 'either registry or source');
  }
  return shown;
}
