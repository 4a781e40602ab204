// Runs the TypeScript compiler of this checkout for tests, and reads what it prints.

import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, seen from dist/test/types/. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** One error: where, and its whole text with the lines that explain it. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  /** Everything printed; empty when all is well. */
  readonly output: string;
}

/** Type-checks a project: the path of its tsconfig.json, relative to the root. */
export function compile(project: string): Promise<Compilation> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  // A sanitizer that is preloaded into this process has no business in the compiler.
  const { LD_PRELOAD, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '-p', join(root, project), '--pretty', 'false'],
      { cwd: root, env, maxBuffer: 64 << 20 },
      (_exitCode, stdout, stderr) => {
        const output = (stdout + stderr).trim();
        resolve({ output, diagnostics: readDiagnostics(output) });
      },
    );
  });
}

/**
 * Type-checks files against the package as it was built: its name resolves to dist/lib, as it does
 * for those who install it. The files are written to a folder inside dist/ first, and with `emit` what
 * they become to its folder `out`.
 */
export async function compileAgainstPackage(
  folder: string,
  files: ReadonlyMap<string, string>,
  { emit = false }: { readonly emit?: boolean } = {},
): Promise<Compilation> {
  const target = join(root, 'dist', folder);
  await rm(target, { recursive: true, force: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(target, name)), { recursive: true });
    await writeFile(join(target, name), text);
  }
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noEmit: !emit,
      declaration: false,
      sourceMap: false,
      inlineSources: false,
      // Elsewhere than the project's own, so that the package's name is not led back to lib/.
      rootDir: '.',
      outDir: 'out',
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ['**/*.ts'],
    exclude: [],
  };
  await writeFile(join(target, 'tsconfig.json'), JSON.stringify(config));
  return compile(join('dist', folder, 'tsconfig.json'));
}

function readDiagnostics(output: string): readonly Diagnostic[] {
  const diagnostics: { file: string; line: number; message: string }[] = [];
  for (const text of output.split('\n')) {
    const start = /^(.+?)\((\d+),\d+\): (error TS\d+: .*)$/.exec(text);
    if (start !== null) {
      diagnostics.push({ file: start[1]!, line: Number(start[2]), message: start[3]! });
    } else if (diagnostics.length > 0) {
      diagnostics.at(-1)!.message += `\n${text}`;
    }
  }
  return diagnostics;
}
