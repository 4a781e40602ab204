// npm run lint, npm run format: the format and the lint rules of every source file.
//
//   node scripts/lint.mjs           says what is wrong
//   node scripts/lint.mjs --write   mends what can be mended

import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot, root } from './support/paths.mjs';
import { run } from './support/run.mjs';
import { ensureClangFormat } from './support/tools.mjs';

/** Checks TypeScript, JavaScript and JSON; true when nothing is wrong. */
export async function lintTypeScript({ write = false } = {}) {
  const biome = inRoot('node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'check', '--error-on-warnings', ...(write ? ['--write'] : []), root];
  return (await run(process.execPath, args)).code === 0;
}

/** Checks the format of C++; `{ clean }`, or `{ reason }` when the formatter is missing. */
export async function lintNative({ write = false } = {}) {
  const files = await nativeFiles();
  if (files.length === 0) return { clean: true };
  const { path, reason } = await ensureClangFormat();
  if (path === undefined) return { reason };
  if (write) return { clean: (await run(path, ['-i', ...files])).code === 0 };
  const { code, output } = await run(path, ['--dry-run', '-Werror', ...files], { show: false });
  for (const file of files) {
    if (output.includes(`${file}:`)) console.log(`  ${file}: npm run format would change it`);
  }
  return { clean: code === 0 };
}

async function nativeFiles() {
  const found = [];
  for (const folder of ['native', 'test', 'bench', 'examples']) {
    const entries = await readdir(inRoot(folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const isOurs = !path.includes('node_modules') && /\.(cc|h)$/.test(entry.name);
      if (entry.isFile() && isOurs) found.push(relative(root, path));
    }
  }
  return found.sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const write = process.argv.includes('--write');
  const typeScript = await lintTypeScript({ write });
  const native = await lintNative({ write });
  if (native.reason !== undefined) console.log(`C++ not checked: ${native.reason}`);
  process.exitCode = typeScript && native.clean !== false ? 0 : 1;
}
