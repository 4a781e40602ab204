// Which version of a package is measured.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function versionIn(folder: string): string {
  const text = readFileSync(`${root}${folder}package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export const ours = { peer: 'vsr-metrics', version: versionIn('') } as const;

/** The name and version of what a process itself can do, without any package. */
export const bare = { version: process.version } as const;
