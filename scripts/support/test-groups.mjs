// The compiled tests in groups, each for a process of its own:
//
//   [{ name: 'core 1/3', folder: 'core', files: [...] }, ...]

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/** So many files share a process: fewer start too many, more make one that the others wait for. */
const mostFiles = 12;

/** Every folder below dist/test as one group, or as several when it is large. */
export async function testGroups() {
  const names = await readdir(inRoot('dist', 'test'), { recursive: true });
  const folders = new Map();
  for (const name of names.filter((each) => each.endsWith('.test.js')).sort()) {
    const folder = name.split('/')[0];
    folders.set(folder, [...(folders.get(folder) ?? []), join('dist', 'test', name)]);
  }
  return Array.from(folders, ([folder, files]) => split(folder, files)).flat();
}

function split(folder, files) {
  const parts = Math.ceil(files.length / mostFiles);
  return Array.from({ length: parts }, (_, part) => ({
    name: parts === 1 ? folder : `${folder} ${part + 1}/${parts}`,
    folder,
    // Neighbours take about as long, so that every part gets some of each.
    files: files.filter((_, index) => index % parts === part),
  }));
}
