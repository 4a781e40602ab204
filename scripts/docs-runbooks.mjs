// npm run docs:runbooks: docs/runbooks/ and the tables of docs/alerts.md, written again from the alerts.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { buildTypeScript } from './build.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { alertsDocument, runbookFiles } from './support/runbooks.mjs';

await ensureDependencies();
const { code } = await buildTypeScript();
if (code === 0) {
  const folder = inRoot('docs', 'runbooks');
  await mkdir(folder, { recursive: true });
  const files = await runbookFiles();
  for (const name of await readdir(folder)) {
    if (!files.has(name)) await rm(inRoot('docs', 'runbooks', name));
  }
  for (const [name, text] of files) await writeFile(inRoot('docs', 'runbooks', name), text);
  const document = inRoot('docs', 'alerts.md');
  await writeFile(document, await alertsDocument(await readFile(document, 'utf8')));
}
process.exitCode = code;
