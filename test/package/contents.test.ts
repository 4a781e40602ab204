import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';
import { type Manifest, pack, packWithDependencies, readManifest, type Target } from './pack.js';

function filesOf(target: Target): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf);
}

interface Locked {
  readonly engines?: { readonly node?: string };
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

describe('the npm package @slow', function () {
  this.timeout(60_000);

  it('runs nothing when it is installed', async () => {
    const { scripts, gypfile } = await readManifest();
    const installing = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    for (const name of installing) expect(scripts).not.to.have.property(name);
    // Without this npm would run node-gyp in a checkout, which has a binding.gyp.
    expect(gypfile).to.equal(false);
  });

  it('is installed in a checkout without a warning, on Node 20 too', async () => {
    const lock = JSON.parse(await readFile(inPackage('package-lock.json'), 'utf8')) as {
      packages: Record<string, Locked>;
    };
    const { allowScripts } = await readManifest();
    const dependencies = Object.entries(lock.packages).filter(([path]) => path !== '');
    for (const [path, { engines, optional = false, hasInstallScript = false }] of dependencies) {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      // npm lists what it did not run unless somebody decided about it.
      if (hasInstallScript) expect(allowScripts).to.have.property(name);
      const least = /^>= ?(\d+)/.exec(engines?.node ?? '')?.[1];
      if (!optional && least !== undefined) expect(Number(least), path).to.be.at.most(20);
    }
  });

  it('depends on nothing that runs something when it is installed', async () => {
    const { dependencies } = await readManifest();
    for (const name of Object.keys(dependencies)) {
      const path = inPackage('node_modules', name, 'package.json');
      const { scripts = {} } = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest>;
      expect(scripts, name).not.to.have.any.keys('preinstall', 'install', 'postinstall');
    }
  });

  it('holds every entry point, the native sources, and what builds them', async () => {
    const { files } = await pack('--dry-run');
    const { exports } = await readManifest();
    for (const path of Object.values(exports).flatMap(filesOf)) {
      expect(files).to.include(path.replace('./', ''));
    }
    const natives = (await readdir(inPackage('native'), { recursive: true }))
      .filter((name) => /\.(cc|h|json)$/.test(name))
      .map((name) => `native/${name}`);
    expect(natives).to.include('native/compile_flags.json');
    expect(files).to.include.members(natives);
    expect(files).to.include('scripts/build-native.mjs');
    expect(files).to.include.members(['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/server.md']);
  });

  it('holds no tests, benchmarks or intermediate files', async () => {
    const { files } = await pack('--dry-run');
    const known =
      /^(dist\/lib|docs|examples|native|scripts|shims|prebuilds)\/|^[A-Z]+(\.md)?$|^package\.json$/;
    expect(files.filter((path) => !known.test(path))).to.deep.equal([]);
    expect(
      files.filter((path) => /^(dist\/)?(test|bench)\/|\.test\.|\.o$/.test(path)),
    ).to.deep.equal([]);
  });

  // `npm ci` knows of a package what the lock file says, and that has no "gypfile": older ones then run
  // node-gyp for every package with a binding.gyp in its root.
  it('installs from a lock file where there is no compiler, with npm 10', async function () {
    this.timeout(120_000);
    const npm = inPackage('.cache', 'npm-10', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (!existsSync(npm)) {
      if (process.env.CI === 'true') throw new Error('missing: npm 10, which npm test fetches');
      console.log('  skipped, missing: npm 10, which npm test fetches');
      return this.skip();
    }
    const project = await mkdtemp(join(tmpdir(), 'vsr-metrics-project-'));
    try {
      const { dependencies } = await readManifest();
      const packed = await packWithDependencies(project);
      const manifest = {
        name: 'project',
        version: '1.0.0',
        dependencies: { 'vsr-metrics': `file:${packed['vsr-metrics']!.file}` },
      };
      const locked = Object.entries(packed).map(([name, { version, file }]) => [
        `node_modules/${name}`,
        { version, resolved: `file:${file}`, ...(name === 'vsr-metrics' && { dependencies }) },
      ]);
      const packages = { '': manifest, ...Object.fromEntries(locked) };
      const lock = { name: 'project', version: '1.0.0', lockfileVersion: 3, packages };
      await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
      await writeFile(join(project, 'package-lock.json'), JSON.stringify(lock));

      // Node, and a shell to run scripts with; no compiler, no make, no Python.
      const bin = join(project, 'bin');
      await mkdir(bin);
      await symlink(process.execPath, join(bin, 'node'));
      await symlink('/bin/sh', join(bin, 'sh'));
      const args = [npm, 'ci', '--no-audit', '--no-fund', '--offline'];
      const environment = { PATH: bin, npm_config_cache: join(project, 'cache') };
      const options = { cwd: project, environment, limitMs: 100_000 };
      const installed = await runProgram(process.execPath, args, options);
      expect(installed.code, installed.stdout + installed.stderr).to.equal(0);
      expect(installed.stderr).to.equal('');
      expect(await readdir(join(project, 'node_modules'))).to.include.members(Object.keys(packed));
    } finally {
      await rm(project, { recursive: true });
    }
  });

  it('builds its binary where it was installed, and then records', async function () {
    this.timeout(240_000);
    const project = await mkdtemp(join(tmpdir(), 'vsr-metrics-project-'));
    try {
      const { filename } = await pack('--pack-destination', project);
      const installed = join(project, 'node_modules', 'vsr-metrics');
      await mkdir(installed, { recursive: true });
      const archive = join(project, filename);
      await runProgram('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
      // Its dependencies, and none of the development ones.
      for (const name of Object.keys((await readManifest()).dependencies)) {
        await symlink(inPackage('node_modules', name), join(project, 'node_modules', name));
      }
      await writeFile(join(project, 'package.json'), '{ "name": "project", "type": "module" }');
      const build = ['explore', 'vsr-metrics', '--', 'npm run build:native'];
      const built = await runProgram('npm', build, { cwd: project, limitMs: 200_000 });
      expect(built.code, built.stdout + built.stderr).to.equal(0);

      const script = `
        const { createRegistry, defineCatalogue } = await import('vsr-metrics');
        const catalogue = defineCatalogue({
          name: 'shop',
          families: { sales: { kind: 'counter', name: 'shop_sales_total', help: 'Sales' } },
        });
        const registry = createRegistry({ catalogue });
        registry.metrics.sales.inc(3);
        console.log(registry.snapshot().value('shop_sales_total'));`;
      const args = ['--input-type=module', '-e', script];
      const { stdout, stderr } = await runProgram(process.execPath, args, { cwd: project });
      expect(stdout, stderr).to.equal('3\n');
    } finally {
      await rm(project, { recursive: true });
    }
  });
});
