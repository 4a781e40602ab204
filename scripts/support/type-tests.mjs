// The type tests: files in test/types/ that say with `@ts-expect-error` what must not compile. The
// compiler reports an expectation that nothing violates, so compiling them is running them.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * Counts them from what the compiler printed: `passed` expectations held, `failed` errors stand in
 * test/types/, `othersFailed` tells whether errors stand elsewhere.
 */
export async function countTypeTests(output) {
  const errors = output.split('\n').filter((line) => /error TS\d+/.test(line));
  const failed = errors.filter((line) => /^test[/\\]types[/\\]/.test(line)).length;
  const expectations = await countExpectations();
  return {
    passed: Math.max(0, expectations - failed),
    failed,
    othersFailed: errors.length > failed,
  };
}

async function countExpectations() {
  const folder = inRoot('test', 'types');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let count = 0;
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const text = await readFile(join(entry.parentPath ?? entry.path, entry.name), 'utf8');
    count += text.match(/^\s*\/\/ @ts-expect-error/gm)?.length ?? 0;
  }
  return count;
}
