import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { vsrMetrics } from './command-line.js';

describe('vsr-metrics rules', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-rules-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('writes the rules of one system, or of all', async () => {
    const one = await vsrMetrics(['rules', '--system', 'vsr']);
    expect(one.code).to.equal(0);
    expect(one.stdout).to.match(/^groups:\n {2}- name: vsr_recordings\n/);
    expect(one.stdout).to.include('alert: VsrQuorumLost').and.not.to.include('Kimberlite');
    const all = await vsrMetrics(['rules']);
    for (const name of ['VsrQuorumLost', 'KimberliteHighErrorRate', 'KalkiHighErrorRate']) {
      expect(all.stdout).to.include(`alert: ${name}\n`);
    }
  });

  it('writes a file of rules and one of tests for each system', async () => {
    const { code, stdout } = await vsrMetrics(['rules', '--out', folder]);
    expect([code, stdout]).to.deep.equal([0, '']);
    const names = ['alerting', 'kalki', 'kimberlite', 'kotoba', 'streambus', 'vsr'];
    const long = ['kimberlite', 'vsr'].map((name) => `${name}.long.test.yml`);
    expect(await readdir(folder)).to.have.members([
      ...names.flatMap((name) => [`${name}.rules.yml`, `${name}.test.yml`]),
      ...long,
    ]);
    const tests = await readFile(join(folder, 'kalki.test.yml'), 'utf8');
    expect(tests).to.match(/^rule_files:\n {2}- "kalki.rules.yml"\n/);
  });

  it('changes settings, for the systems that have them', async () => {
    const sets = ['--set', 'replicaLag=5', '--set', 'selector.env=prod', '--set', 'prefix=My'];
    const { stdout } = await vsrMetrics(['rules', ...sets, '--set', 'for.VsrReplicaLag=10m']);
    expect(stdout).to.include('alert: MyVsrReplicaLag\n').and.to.include('alert: MyKalkiDown\n');
    expect(stdout).to.include('vsr_replica_lag_operations{env="prod"} > 5');
    expect(stdout).to.include('for: 10m\n');
  });

  it('refuses settings that there are not, and values that do not fit', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr, stdout } = await vsrMetrics(['rules', ...args]);
      expect([code, stdout]).to.deep.equal([1, '']);
      return stderr;
    };
    expect(await refused('--set', 'replicaLags=5')).to.include('did you mean replicaLag?');
    expect(await refused('--system', 'kalki', '--set', 'replicaLag=5')).to.include('no such name');
    expect(await refused('--set', 'replicaLag')).to.include('needs a name and a value');
    expect(await refused('--set', 'replicaLag=many')).to.include('given "many"');
    expect(await refused('--set', 'objective=1')).to.include('from 0.5 to 0.99999');
    expect(await refused('--set', 'for.VsrReplicaLag=5 min')).to.include("'30s', '5m' or '4h'");
    expect(await refused('--set', 'leaveOut=VsrReplicaLagg')).to.include(
      'did you mean VsrReplicaLag?',
    );
    expect(await refused('--system', 'vrs')).to.include('did you mean vsr?');
    expect(await refused('lin')).to.include('did you mean lint?');
    expect(await refused('lint')).to.include('FILE is missing');
    expect(await refused('lint', 'a.yml', '--out', folder)).to.include('--out is not for lint');
  });

  it('lists thresholds with their reasons', async () => {
    const { stdout } = await vsrMetrics(['rules', '--system', 'vsr', '--thresholds']);
    expect(stdout).to.match(/^VSR\n {2}clientLatencyMs=100\n {6}ms\. The VSR instrumentation/);
  });

  it('says where it cannot write', async () => {
    const { code, stderr } = await vsrMetrics(['rules', '--out', '/dev/null/rules']);
    expect(code).to.equal(3);
    expect(stderr).to.include('--out /dev/null/rules cannot be written');
  });

  it('checks files of others: 4 when there are mistakes', async () => {
    const wrong = join(folder, 'own.yml');
    await writeFile(
      wrong,
      'groups:\n  - name: own\n    rules:\n      - record: a:b\n        expr: rate(up)\n',
    );
    const { code, stdout } = await vsrMetrics([
      'rules',
      'lint',
      join(folder, 'vsr.rules.yml'),
      wrong,
    ]);
    expect(code).to.equal(4);
    expect(stdout).to.match(new RegExp(`^${wrong}:5:20: .*\\(expression\\)\n$`));
    expect((await vsrMetrics(['rules', 'lint', join(folder, 'vsr.rules.yml')])).code).to.equal(0);
    expect((await vsrMetrics(['rules', 'lint', join(folder, 'none.yml')])).code).to.equal(2);
  });
});
