// npm run build: compiles lib, test, bench and examples into dist/, and removes from dist/ what no
// source stands behind any more, so that a deleted test cannot go on running.

import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot, root } from './support/paths.mjs';
import { run } from './support/run.mjs';

/** Compiles the TypeScript; resolves to `{ code, output }` of the compiler. */
export async function buildTypeScript({ show = true } = {}) {
  const result = await run(
    process.execPath,
    [inRoot('node_modules/typescript/bin/tsc'), '-p', root, '--pretty', 'false'],
    { show },
  );
  await removeStaleOutput();
  return result;
}

async function removeStaleOutput() {
  const dist = inRoot('dist');
  const entries = await readdir(dist, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const [, stem, kind] = /^(.*?)\.(?:d\.)?([cm]?)[jt]s(?:\.map)?$/.exec(entry.name) ?? [];
    if (!entry.isFile() || stem === undefined) continue;
    const directory = entry.parentPath ?? entry.path;
    const source = join(root, directory.slice(dist.length), `${stem}.${kind}ts`);
    if (!existsSync(source)) await rm(join(directory, entry.name), { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await buildTypeScript()).code;
}
