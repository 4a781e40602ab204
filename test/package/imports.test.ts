// Imports go one way, types included: whoever reads a file needs to know what lies below it, and
// nothing of what lies above.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';

/** The folders of lib from the top down; those of one level stand side by side. */
const levels: readonly (readonly string[])[] = [
  ['cli'],
  ['configuration', 'exporters', 'observability'],
  ['server'],
  ['dashboard'],
  ['notifications'],
  [
    ...['alerts', 'audit', 'budget', 'collectors', 'compat', 'export', 'health', 'history'],
    ...['logging', 'profiling', 'tracing'],
  ],
  ['http'],
  ['exposition'],
  ['promql'],
  ['catalogues'],
  ['core'],
];

/** The folders of lib/core in the same way; above them the registry, which puts the parts together. */
const coreLevels: readonly (readonly string[])[] = [
  ['thread'],
  ['recorders'],
  ['reading'],
  ['region'],
  ['catalogue'],
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const imports = ['lib', 'bench', 'examples', 'test'].flatMap(sourcesIn).flatMap(importsOf);

describe('imports', () => {
  it('are found, those of types and those on demand too', () => {
    const has = (from: string, to: string, isType: boolean) =>
      imports.some((each) => each.from === from && each.to === to && each.isType === isType);
    expect(has('lib/index.ts', 'lib/core/registry.ts', false)).to.equal(true);
    expect(has('lib/cli/commands.ts', 'lib/cli/dump/run.ts', false)).to.equal(true);
    expect(has('lib/cli/command.ts', 'lib/cli/arguments.ts', true)).to.equal(true);
    expect(imports.length).to.be.above(1000);
  });

  it('go in no circle', () => {
    expect(circles(imports)).to.eql([]);
  });

  it('of lib go from the faces down to the core', () => {
    const upward = imports
      .filter(({ from, to }) => isIn('lib', from) && isIn('lib', to))
      .filter(({ from, to, isType }) => !isDown(levels, folderOf(from, 1), folderOf(to, 1), isType))
      .map(({ from, to }) => `${from} -> lib/${folderOf(to, 1)}`);
    expect([...new Set(upward)]).to.eql([]);
  });

  it('of lib/core go from the registry of a thread through recorders and readers down to the catalogue', () => {
    const core = imports.filter(({ from, to }) => isIn('lib/core', from) && isIn('lib/core', to));
    const upward = core.filter(({ from, to, isType }) => {
      const [source, target] = [folderOf(from, 2), folderOf(to, 2)];
      if (source === '') return false;
      if (target !== '') return !isDown(coreLevels, source, target, isType);
      return highestOf(to, core) < levelOf(coreLevels, source);
    });
    expect(upward.map(({ from, to }) => `${from} -> ${to}`)).to.eql([]);
  });

  it('of the library leave everything else alone', () => {
    const outside = imports.filter(({ from, to }) => isIn('lib', from) && !isIn('lib', to));
    expect(outside).to.eql([]);
  });

  it('of examples are those that anybody could write', () => {
    const inside = imports.filter(
      ({ from, to }) => isIn('examples', from) && !isIn('examples', to),
    );
    expect(inside).to.eql([]);
  });
});

/** Every source file in a folder of the package, as a path from its root. */
function sourcesIn(folder: string): string[] {
  return readdirSync(inPackage(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
    .map((entry) => relative(inPackage(), join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'));
}

function importsOf(from: string): Import[] {
  const code = readFileSync(inPackage(from), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  const statements =
    /\b(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'(\.[^']+)'|\b(?:import|require)\(\s*'(\.[^']+)'/g;
  return Array.from(code.matchAll(statements), ([, type, names = '', at, onDemand]) => {
    const to = join(dirname(from), (at ?? onDemand)!.replace(/\.([cm]?)js$/, '.$1ts'));
    const allTypes = /^\{[^}]*\}$/.test(names) && !/(^\{|,)\s*(?!type\s|\s*\})/.test(names);
    return { from, to, isType: type !== undefined || allTypes };
  }).filter(({ to }) => existsSync(inPackage(to)));
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** `folderOf('lib/server/start.ts', 1)` is `server`; '' for a file that lies in lib itself. */
function folderOf(path: string, depth: number): string {
  return path.split('/').slice(0, -1)[depth] ?? '';
}

/** The level of the highest folder that a file in lib/core itself needs; errors and options need none. */
function highestOf(file: string, core: readonly Import[]): number {
  const needs = core.filter(({ from }) => from === file);
  const levels = needs.map(({ to }) => {
    const folder = folderOf(to, 2);
    return folder === '' ? highestOf(to, core) : levelOf(coreLevels, folder);
  });
  return Math.min(...levels, coreLevels.length);
}

/** From a folder into itself, or one below; or, for a type alone, into one beside it. */
function isDown(
  order: readonly (readonly string[])[],
  from: string,
  to: string,
  isType: boolean,
): boolean {
  if (from === to || from === '') return true;
  const [source, target] = [levelOf(order, from), levelOf(order, to)];
  return target > source || (target === source && isType);
}

function levelOf(order: readonly (readonly string[])[], folder: string): number {
  const level = order.findIndex((folders) => folders.includes(folder));
  if (level < 0) throw new Error(`the folder ${folder} is new: give it a level in this test`);
  return level;
}

/** Groups of files that all need each other, by Tarjan's algorithm. */
function circles(edges: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const next of targets.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) {
        lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
      }
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return found;
}
