import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inPackage } from '../support/package-root.js';
import { type Finished, runProgram } from '../support/processes.js';

describe('finding the native addon', () => {
  const realBinary = inPackage('build', 'Release', 'vsr_metrics.node');
  let copy: string;

  // A copy of the package without any binary, as it is where nothing was built for the platform.
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'vsr-metrics-'));
    await cp(inPackage('dist', 'lib'), join(copy, 'dist', 'lib'), { recursive: true });
    await copyFile(inPackage('package.json'), join(copy, 'package.json'));
    await symlink(inPackage('node_modules'), join(copy, 'node_modules'));
  });

  afterEach(() => rm(copy, { recursive: true }));

  function importPackage(environment: Record<string, string> = {}): Promise<Finished> {
    const script = "import('vsr-metrics').then(() => console.log('loaded'))";
    return runProgram(process.execPath, ['-e', script], { cwd: copy, environment });
  }

  async function putLocalBuild(): Promise<string> {
    await mkdir(join(copy, 'build', 'Release'), { recursive: true });
    return join(copy, 'build', 'Release', 'vsr_metrics.node');
  }

  async function putPrebuild(): Promise<string> {
    const directory = join(copy, 'prebuilds', `${process.platform}-${process.arch}`);
    await mkdir(directory, { recursive: true });
    return join(directory, 'vsr-metrics.node');
  }

  it('says which binary is missing, which command builds it and what that needs', async () => {
    const { code, stderr } = await importPackage();
    expect(code).to.equal(1);
    expect(stderr).to.match(/AddonLoadError: vsr-metrics: no binary for/);
    expect(stderr).to.contain(`${process.platform}-${process.arch}`);
    if (process.platform === 'linux') expect(stderr).to.match(/linux-\w+ (glibc|musl)/);
    expect(stderr).to.contain('npm run build:native');
    expect(stderr).to.contain('npm explore vsr-metrics -- npm run build:native');
    expect(stderr).to.contain('C++17 compiler');
  });

  it('throws one of the errors of the library, with a code', async () => {
    const script = `import('vsr-metrics').catch((error) => {
      const base = Object.getPrototypeOf(error.constructor).name;
      console.log(base, error.name, error.code);
    })`;
    const { stdout } = await runProgram(process.execPath, ['-e', script], { cwd: copy });
    expect(stdout).to.equal('VsrMetricsError AddonLoadError VSR_METRICS_ADDON\n');
  });

  it('says why a binary that is there does not load, and how to get another', async () => {
    await writeFile(await putLocalBuild(), 'not a shared library');
    const { code, stderr } = await importPackage();
    expect(code).to.equal(1);
    expect(stderr).to.match(/vsr_metrics\.node cannot be loaded on .*: .+/);
    expect(stderr).to.contain('npm run build:native');
  });

  it('loads a prebuilt binary', async () => {
    await copyFile(realBinary, await putPrebuild());
    expect((await importPackage()).stdout).to.equal('loaded\n');
  });

  it('loads a prebuilt binary that is named after the C library', async function () {
    if (process.platform !== 'linux') {
      console.log('        skipped: needs Linux');
      return this.skip();
    }
    const libc = existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
    await copyFile(realBinary, (await putPrebuild()).replace(/\.node$/, `.${libc}.node`));
    expect((await importPackage()).stdout).to.equal('loaded\n');
  });

  it('prefers a local build to a prebuilt binary', async () => {
    await copyFile(realBinary, await putLocalBuild());
    await writeFile(await putPrebuild(), 'would not load');
    expect((await importPackage()).stdout).to.equal('loaded\n');
  });

  it('takes the binary that VSR_METRICS_ADDON names', async () => {
    const named = await importPackage({ VSR_METRICS_ADDON: realBinary });
    expect(named.stdout).to.equal('loaded\n');
    const missing = await importPackage({ VSR_METRICS_ADDON: '/nowhere/vsr_metrics.node' });
    expect(missing.stderr).to.contain('VSR_METRICS_ADDON names /nowhere/vsr_metrics.node');
  });
});
