// Builds the small addon that maps a counter page, with the machine's compiler alone.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { inPackage } from '../support/package-root.js';

const require = createRequire(import.meta.url);

/** The path of the addon; compiled when it is not there yet. */
export function buildSharedPage(): string {
  const source = inPackage('test', 'fixtures', 'shared-page', 'page.cc');
  const target = inPackage('build', 'fixtures', 'shared-page.node');
  if (existsSync(target)) return target;
  const { include_dir } = require('node-api-headers') as { include_dir: string };
  mkdirSync(dirname(target), { recursive: true });
  const compiler = process.env.CXX ?? 'c++';
  execFileSync(compiler, ['-O2', '-fPIC', '-shared', '-I', include_dir, source, '-o', target]);
  return target;
}

/** A page of 64-bit counts that several processes see. */
export function mapPage(addon: string, path: string, counts: number): BigInt64Array {
  const { map } = require(addon) as { map(path: string, bytes: number): ArrayBuffer };
  return new BigInt64Array(map(path, 8 * counts));
}
