// Where things lie, seen from the root of the package. Used by every script in this folder.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** An absolute path inside the package: `inRoot('build', 'Release')`. */
export function inRoot(...parts) {
  return join(root, ...parts);
}
