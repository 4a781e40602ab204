// npm run bench:docs: writes docs/performance.md and the README's section on performance again, from
// the results in bench/results.
//
//   node dist/bench/documents/main.js

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateDocuments } from './generate.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

for (const [path, text] of Object.entries(generateDocuments(root))) {
  writeFileSync(`${root}${path}`, text);
  console.log(`written: ${path}`);
}
