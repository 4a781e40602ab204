// Where things lie, seen from a compiled test in dist/test/.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A path inside the package: `inPackage('README.md')`. */
export function inPackage(...parts: string[]): string {
  return join(root, ...parts);
}
