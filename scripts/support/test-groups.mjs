// The compiled tests in groups, each for a process of its own:
//
//   [{ name: 'core 1/3', folder: 'core', files: [...], isAlone: false }, ...]

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/** So many files share a process: fewer start too many, more make one that the others wait for. */
const mostFiles = 12;

/**
 * Every folder below dist/test as one group, or as several when it is large. Files with `@alone` in
 * the title of a test measure time: they are a group of their own, to run with nothing beside it.
 */
export async function testGroups() {
  const root = inRoot('dist', 'test');
  const names = (await readdir(root, { recursive: true })).filter((name) =>
    name.endsWith('.test.js'),
  );
  const folders = new Map();
  const alone = [];
  for (const name of names.sort()) {
    const path = join('dist', 'test', name);
    const text = await readFile(join(root, name), 'utf8');
    const folder = name.split('/')[0];
    if (/\b(describe|it)\(['"`][^\n]*@alone/.test(text)) alone.push({ folder, path });
    else folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const groups = Array.from(folders, ([folder, files]) => split(folder, files)).flat();
  for (const { folder, path } of alone) {
    groups.push({ name: `${folder} alone`, folder, files: [path], isAlone: true });
  }
  return groups;
}

function split(folder, files) {
  const parts = Math.ceil(files.length / mostFiles);
  return Array.from({ length: parts }, (_, part) => ({
    name: parts === 1 ? folder : `${folder} ${part + 1}/${parts}`,
    folder,
    // Neighbours take about as long, so that every part gets some of each.
    files: files.filter((_, index) => index % parts === part),
    isAlone: false,
  }));
}
