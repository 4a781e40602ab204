// npm run check:macos: compiles every native source, and the recording API for other addons, for macOS
// on Intel and on Apple's processors, from any machine. A warning fails. Nothing is linked or run.
//
// The compiler is PyPI's `ziglang`, fetched into .cache/ when it is not there. Delete .cache/ziglang
// to fetch it again.

import { mkdir, writeFile } from 'node:fs/promises';
import { addonSources, compileObjects } from './support/compile-native.mjs';
import { inRoot } from './support/paths.mjs';
import { ensureZig } from './support/tools.mjs';

const processors = ['x86_64', 'aarch64'];
const oldest = '13.3';

const { command, reason } = await ensureZig();
if (command === undefined) {
  console.error(`cannot compile for macOS: ${reason}`);
  process.exit(1);
}
const folder = inRoot('.cache', 'macos');
await mkdir(folder, { recursive: true });
process.env.ZIG_GLOBAL_CACHE_DIR = inRoot('.cache', 'zig');
process.env.ZIG_LOCAL_CACHE_DIR = inRoot('.cache', 'zig');
const headers = `${folder}/recording_api.cc`;
await writeFile(headers, '#include "vsr_metrics.h"\n');
const sources = [...(await addonSources()), headers];
let failed = 0;
for (const processor of processors) {
  const compiler = [...command, '-target', `${processor}-macos.${oldest}`];
  const problem = await compileObjects(sources, `${folder}/${processor}`, {
    quick: true,
    compiler,
  }).then(
    () => undefined,
    (error) => error.message,
  );
  if (problem === undefined) console.log(`macOS ${processor}: ${sources.length} files compile`);
  else console.error(`macOS ${processor}: ${problem}`);
  if (problem !== undefined) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
