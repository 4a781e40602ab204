// Packs the package, as it is published, for tests.

import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

/** A file, or files by condition. */
export type Target = string | { readonly [condition: string]: Target };

export interface Manifest {
  readonly exports: Record<string, Target>;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly gypfile: boolean;
  readonly allowScripts: Record<string, boolean>;
}

export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as Manifest;
}

/** It takes two seconds, on a machine that does nothing else. */
const limitMs = 60_000;

/** What `npm pack` would put into the package, and into which file. */
export async function pack(...options: string[]): Promise<{ files: string[]; filename: string }> {
  // Not the prepack script: it would compile again what these tests run from.
  const args = ['pack', '--json', '--ignore-scripts', ...options];
  const { stdout } = await runProgram('npm', args, { cwd: inPackage(), limitMs });
  const [packed] = JSON.parse(stdout) as [{ files: { path: string }[]; filename: string }];
  return { files: packed.files.map((file) => file.path), filename: packed.filename };
}

export interface Packed {
  readonly version: string;
  readonly file: string;
}

/** Archives of the package and of what it depends on, in a folder. */
export async function packWithDependencies(folder: string): Promise<Record<string, Packed>> {
  const names = Object.keys((await readManifest()).dependencies);
  const paths = [inPackage(), ...names.map((name) => inPackage('node_modules', name))];
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...paths];
  const { stdout, stderr } = await runProgram('npm', args, { cwd: folder, limitMs });
  expect(stdout, stderr).to.match(/^\[/);
  const packed = JSON.parse(stdout) as { name: string; version: string; filename: string }[];
  return Object.fromEntries(
    packed.map(({ name, version, filename }) => [name, { version, file: filename }]),
  );
}
