// Compiles the C++ of tests with the machine's compiler alone, as users of the header do.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inPackage } from './package-root.js';

const require = createRequire(import.meta.url);

/** Where the public C++ headers are, found as users find them. */
export const includeDirectory = createRequire(inPackage('package.json'))(
  'vsr-metrics/include',
) as string;

/**
 * Compiles sources into build/fixtures/`name`, which is returned: an addon when the name ends in
 * `.node`, else a program. Does nothing when that is newer than the sources and the headers.
 */
export function compileFixture(name: string, sources: readonly string[]): string {
  const target = inPackage('build', 'fixtures', name);
  const paths = sources.map((source) => inPackage(source));
  if (changedAt(target) > newest([...paths, ...headers()])) return target;
  mkdirSync(dirname(target), { recursive: true });
  const { include_dir } = require('node-api-headers') as { include_dir: string };
  const kind = name.endsWith('.node') ? ['-fPIC', '-shared', '-I', include_dir] : [];
  // Several processes of tests may want it at once.
  const draft = `${target}.${process.pid}`;
  compile([...kind, ...paths, '-o', draft]);
  renameSync(draft, target);
  return target;
}

/** Runs the compiler with what the header promises to be clean under; throws what it says. */
export function compile(args: readonly string[], compiler = process.env.CXX ?? 'c++'): void {
  const strict = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fno-exceptions', '-fno-rtti'];
  const common = ['-std=c++17', '-O2', '-pthread', '-I', includeDirectory];
  // The sanitizer of a run of the tests is not for the compiler.
  const { LD_PRELOAD, ...env } = process.env;
  execFileSync(compiler, [...common, ...strict, ...args], { env, stdio: 'pipe' });
}

function headers(): string[] {
  return readdirSync(includeDirectory, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(includeDirectory, name),
  );
}

function newest(paths: readonly string[]): number {
  return Math.max(...paths.map(changedAt));
}

/** 0: there is no such file. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
