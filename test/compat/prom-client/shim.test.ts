// Libraries that require prom-client themselves: docs/prom-client.md says how a project leads them
// to this package. Here that is done as it is written there, with every package manager.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Context } from 'mocha';
import { lacking } from '../../exposition/programs.js';
import { inPackage } from '../../support/package-root.js';
import { runProgram } from '../../support/processes.js';

/** Of the time of writing: a new version of theirs must not fail our tests. */
const libraries = {
  '@nestjs/common': '11.2.10',
  '@nestjs/core': '11.2.10',
  '@nestjs/platform-express': '11.2.10',
  '@willsoto/nestjs-prometheus': '6.1.1',
  express: '5.3.0',
  'express-prom-bundle': '8.0.0',
  fastify: '5.12.8',
  'fastify-metrics': '12.1.0',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
};

/** Enough to see that a package manager finds the shim. npm installs all of them, the others these. */
const few = { express: libraries.express, 'express-prom-bundle': libraries['express-prom-bundle'] };

interface Manager {
  /** The heading in the document. */
  readonly name: string;
  /** The package that is it; npm is there already. */
  readonly program?: readonly [packageName: string, command: string];
  readonly install: readonly string[];
}

const npm: Manager = { name: 'npm', install: ['install', '--no-audit', '--no-fund'] };
const managers: readonly Manager[] = [
  npm,
  {
    name: 'pnpm',
    program: ['pnpm@10.34.9', 'pnpm'],
    install: ['install', '--no-frozen-lockfile'],
  },
  { name: 'Yarn 1', program: ['yarn@1.22.22', 'yarn'], install: ['install', '--ignore-engines'] },
  {
    name: 'Yarn 2 and newer',
    program: ['@yarnpkg/cli-dist@4.18.1', 'yarn'],
    install: ['install', '--no-immutable'],
  },
];

/** The files of a project that the document shows under a heading of that name. */
async function recipeOf(heading: string): Promise<Record<string, string>> {
  const text = await readFile(inPackage('docs', 'prom-client.md'), 'utf8');
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/```(json|yaml)\n(.*?)```/gs)];
  expect(blocks, heading).not.to.have.lengthOf(0);
  const files = { json: 'package.json', yaml: 'pnpm-workspace.yaml' };
  return Object.fromEntries(
    blocks.map(([, language, text]) => [files[language as 'json' | 'yaml'], text!]),
  );
}

describe('the package that stands in for prom-client @slow', function () {
  this.timeout(300_000);
  let folder: string;
  let archive: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-shim-'));
    const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await runProgram('npm', options, { cwd: inPackage() });
    archive = join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename);
    await mkdir(join(folder, 'package'));
    await runProgram('tar', ['-xzf', archive, '-C', folder, 'package/shims']);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function makeProject(heading: string, dependencies: object): Promise<string> {
    const project = await mkdtemp(join(folder, 'project-'));
    for (const [file, content] of Object.entries(await recipeOf(heading))) {
      await writeFile(join(project, file), content);
    }
    const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    // What is not published yet comes from here.
    const own = { 'vsr-metrics': `file:${archive}` };
    manifest.dependencies = { ...manifest.dependencies, ...dependencies, ...own };
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
    // `cp -r node_modules/vsr-metrics/shims/prom-client .`
    const shim = join(folder, 'package', 'shims', 'prom-client');
    await cp(shim, join(project, 'prom-client'), { recursive: true });
    return project;
  }

  async function install(
    context: Context,
    { program, install }: Manager,
    project: string,
  ): Promise<void> {
    // No scripts: the drop-in needs no native binary.
    const environment = { npm_config_ignore_scripts: 'true', YARN_ENABLE_SCRIPTS: '0' };
    const args =
      program === undefined
        ? install
        : ['exec', '--yes', `--package=${program[0]}`, '--', program[1], ...install];
    const options = { cwd: project, environment, limitMs: 120_000 };
    const { code, stdout, stderr } = await runProgram('npm', args, options);
    const isOffline = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED/.test(stdout + stderr);
    if (code !== 0 && isOffline) lacking(context, 'the npm registry');
    expect(code, stdout + stderr).to.equal(0);
  }

  async function use(project: string, name: string): Promise<unknown> {
    const program = inPackage('test', 'compat', 'prom-client', 'libraries', name);
    await cp(program, join(project, name));
    const { stdout, stderr } = await runProgram(process.execPath, [name], { cwd: project });
    expect(stdout, stderr).not.to.equal('');
    return JSON.parse(stdout);
  }

  const both = { served: true, own: true };

  for (const manager of managers) {
    it(`leads libraries here with ${manager.name}`, async function () {
      const project = await makeProject(manager.name, manager === npm ? libraries : few);
      // Yarn takes the project for a part of one above it otherwise; and finds files as Node.js does.
      await writeFile(join(project, 'yarn.lock'), '');
      await writeFile(join(project, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
      await install(this, manager, project);
      const others = manager === npm ? { fastify: both, nest: both } : {};
      expect(await use(project, 'all.cjs')).to.deep.equal({
        required: true,
        imported: true,
        express: both,
        ...others,
      });
    });
  }

  it('leads libraries here that require a fork of prom-client', async function () {
    const dependencies = { fastify: libraries.fastify, 'fastify-metrics': '14.1.0' };
    const project = await makeProject('Other names', dependencies);
    await install(this, npm, project);
    expect(await use(project, 'fork.cjs')).to.deep.equal(both);
  });
});
