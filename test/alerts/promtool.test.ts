// Prometheus' own tool reads all rules, and sees each alert fire with exactly its labels and texts.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type AlertRules,
  type AlertSettings,
  ruleFile,
  unitTestFiles,
} from '../../lib/alerts/index.js';
import { feed, needPromtool } from '../exposition/programs.js';
import { allRules } from './systems.js';

describe('rules for Prometheus @slow', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    await needPromtool(this);
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-rules-'));
  });

  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Checks the rules of every system, and runs their tests. */
  async function accept(
    settings: AlertSettings,
    { isQuick = false, leaveOut = '' } = {},
  ): Promise<string[]> {
    const rules = (await allRules(settings)).map((each) => (isQuick ? alertsAlone(each) : each));
    const tests: string[] = [];
    for (const each of rules) {
      const file = `${each.system}.rules.yml`;
      await writeFile(join(folder, file), ruleFile([each]));
      for (const [name, text] of Object.entries(unitTestFiles(each, file))) {
        await writeFile(join(folder, name), text);
        const isLeftOut = each.system === leaveOut || (isQuick && name.includes('.long.'));
        if (!isLeftOut) tests.push(join(folder, name));
      }
    }
    const files = rules.map(({ system }) => join(folder, `${system}.rules.yml`));
    const checked = await feed('promtool', ['check', 'rules', ...files], '');
    expect(checked.code, `${checked.stdout}${checked.stderr}`).to.equal(0);
    const tested = await feed('promtool', ['test', 'rules', ...tests], '');
    expect(tested.code, `${tested.stdout}${tested.stderr}`).to.equal(0);
    return rules.flatMap(({ alerts }) => alerts.map(({ name }) => name));
  }

  /** promtool evaluates every rule for every test: what no test looks at is left out. */
  function alertsAlone(rules: AlertRules): AlertRules {
    const groups = rules.groups.filter(({ alerts }) => alerts.length > 0);
    return { ...rules, groups, recordings: [] };
  }

  it('are accepted, and every alert fires and is quiet when it should', async () => {
    expect(await accept({})).to.have.length.above(60);
  });

  it('are accepted with a selector, a prefix, a label of clusters and links to Grafana', async () => {
    const settings = {
      selector: { environment: 'production', dc: 'a' },
      clusterLabel: 'dc',
      prefix: 'Ledger',
      labels: { team: 'storage' },
      grafana: 'https://grafana.example',
    };
    await accept(settings, { isQuick: true });
  });

  it('are accepted for one cluster without a label, and for native histograms', async () => {
    await accept({ clusterLabel: '' }, { isQuick: true, leaveOut: 'vsr' });
    await accept({ histograms: 'native' }, { isQuick: true, leaveOut: 'vsr' });
  });

  it('are accepted as one file for all systems', async () => {
    const file = join(folder, 'all.yml');
    await writeFile(file, ruleFile(await allRules()));
    const { code, stdout, stderr } = await feed('promtool', ['check', 'rules', file], '');
    expect(code, `${stdout}${stderr}`).to.equal(0);
    expect(stdout).to.match(/SUCCESS: \d+ rules found/);
  });

  it('would not be accepted with another text', async () => {
    const kotoba = (await allRules()).find(({ system }) => system === 'kotoba')!;
    await writeFile(join(folder, 'kotoba.rules.yml'), ruleFile([kotoba]));
    const tests = unitTestFiles(kotoba, 'kotoba.rules.yml')['kotoba.test.yml']!;
    const file = join(folder, 'kotoba.test.yml');
    await writeFile(file, tests.replace('is at 95 %', 'is at 96 %'));
    const { code } = await feed('promtool', ['test', 'rules', file], '');
    expect(code).to.equal(1);
  });
});
