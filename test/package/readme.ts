// The first example of the README, for tests.

import { readFile } from 'node:fs/promises';
import { inPackage } from '../support/package-root.js';

/** With another port: the one of the README may be taken on this machine. */
export async function firstExample(port: number): Promise<string> {
  const readme = await readFile(inPackage('README.md'), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  return example.replace('port: 9464', `port: ${port}`);
}
