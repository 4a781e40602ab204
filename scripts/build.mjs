// npm run build: compiles lib, test, bench and examples into dist/, the page of the dashboard for
// browsers, and removes from dist/ what no source stands behind any more, so that a deleted test
// cannot go on running.

import { existsSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot, root } from './support/paths.mjs';
import { run } from './support/run.mjs';

/** Compiles the TypeScript; resolves to `{ code, output }` of the compiler. */
export async function buildTypeScript({ show = true } = {}) {
  const result = await compile(root, show);
  await removeStaleOutput();
  if (result.code !== 0) return result;
  const page = await compile(inRoot('tsconfig.page.json'), show);
  for (const name of ['index.html', 'style.css']) {
    await cp(inRoot('lib/dashboard/page', name), inRoot('dist/lib/dashboard/page', name));
  }
  return page;
}

function compile(project, show) {
  const compiler = inRoot('node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', project, '--pretty', 'false'], { show });
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
