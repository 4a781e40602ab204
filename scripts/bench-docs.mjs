// npm run bench:docs: docs/performance.md and the README's section on performance, written again from
// bench/results.

import { buildTypeScript } from './build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

await ensureDependencies();
const built = await buildTypeScript();
const program = inRoot('dist', 'bench', 'documents', 'main.js');
process.exitCode = built.code || (await run(process.execPath, [program])).code;
