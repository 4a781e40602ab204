// The examples of doc comments and documents: where they stand, and how they are compiled.
//
// An example is a ts block. It is a module of its own; where that would be more import than
// example, it may use what the prelude below declares.

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compileAgainstPackage, root } from './compile.js';

const prelude = `
import type { Registry, Snapshot } from 'vsr-metrics';
import type { vsr } from 'vsr-metrics/catalogues';

declare global {
  const registry: Registry<typeof vsr, { readonly replica_id: '0' }>;
  const snapshot: Snapshot;
}
`;

export interface Example {
  /** Where it stands, for people: `lib/index.ts:12`. */
  readonly place: string;
  readonly text: string;
}

/** The ts blocks of a Markdown text, or of the doc comments of a source. */
export function examplesIn(file: string, text: string): Example[] {
  const lines = text.split('\n');
  const examples: Example[] = [];
  let start: number | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = file.endsWith('.md') ? raw : raw.replace(/^\s*\* ?/, '');
    const opens = file.endsWith('.md') ? /^```ts$/.test(raw) : /^\s*\* ```ts$/.test(raw);
    if (opens) start = index + 1;
    else if (start !== undefined && line.startsWith('```')) {
      const block = lines.slice(start, index);
      const body = file.endsWith('.md') ? block : block.map((each) => each.replace(/^\s*\* ?/, ''));
      examples.push({ place: `${file}:${start}`, text: body.join('\n') });
      start = undefined;
    }
  }
  return examples;
}

/** What the compiler finds wrong, each with the place of its example. */
export async function compileExamples(
  folder: string,
  examples: readonly Example[],
  options: { readonly emit?: boolean } = {},
): Promise<string[]> {
  const files = new Map([['prelude.ts', prelude]]);
  for (const [index, { text }] of examples.entries()) {
    files.set(`example-${index}.ts`, `${text}\nexport {};\n`);
  }
  const { diagnostics } = await compileAgainstPackage(folder, files, options);
  return diagnostics.map(({ file, line, message }) => {
    const example = examples[Number(/\d+/.exec(basename(file))?.[0])];
    return `${example?.place ?? file}, line ${line} of the example: ${message}`;
  });
}

/** The README and every document, by path. */
export async function readDocuments(): Promise<Map<string, string>> {
  const names = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'));
  const files = ['README.md', ...names.sort().map((name) => `docs/${name}`)];
  const texts = files.map(async (file) => {
    return [file, await readFile(join(root, file), 'utf8')] as const;
  });
  return new Map(await Promise.all(texts));
}
