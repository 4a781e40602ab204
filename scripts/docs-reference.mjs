// npm run docs:reference: docs/reference.md, written again from the library.

import { writeFile } from 'node:fs/promises';
import { buildTypeScript } from './build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { referenceDocument } from './support/reference.mjs';

await ensureDependencies();
const { code } = await buildTypeScript();
if (code === 0) await writeFile(inRoot('docs', 'reference.md'), await referenceDocument());
process.exitCode = code;
