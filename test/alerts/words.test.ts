// Values in the texts of alerts are shown as Prometheus shows them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { wordsOf } from '../../lib/alerts/index.js';
import { templates } from '../../lib/alerts/words.js';
import { print } from '../../lib/promql/printer.js';
import { feed, needPromtool } from '../exposition/programs.js';
import { seed } from '../support/seed.js';

const halves = [0.5, 1.5, 2.5, -0.5, -2.5, 0.125, 0.375, 1.005, 0.004999, 0.005];
const large = [0, 999.95, 9999.5, 99_999, 123_456.7, 1e15, 1e21, 1.5e-7, 0.00001234, 1e-9];

describe('words of alerts', () => {
  it('name labels, and leave out those that are not there', () => {
    expect(wordsOf({ job: 'vsr' }, 1).labels.job).to.equal('vsr');
    expect(wordsOf({}, 1).labels.job).to.equal('');
    expect(templates.labels.job).to.equal('{{ $labels.job }}');
  });

  it('show values as Prometheus does', async function () {
    this.timeout(60_000);
    await needPromtool(this);
    const any = fc.sample(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
      {
        seed,
        numRuns: 100,
      },
    );
    const short = fc.sample(fc.integer({ min: -99_999, max: 99_999 }), { seed, numRuns: 100 });
    const values = [...halves, ...large, ...any, ...short.map((value) => value / 1000)];
    const rules = values.map((value, index) => ({
      alert: `A${index}`,
      expr: `vector(${print({ kind: 'number', value })})`,
      annotations: templates.value,
    }));
    const tests = [
      {
        alert_rule_test: values.map((value, index) => ({
          eval_time: '0m',
          alertname: `A${index}`,
          exp_alerts: [{ exp_annotations: wordsOf({}, value).value }],
        })),
      },
    ];
    const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-words-'));
    // JSON is YAML.
    const file = join(folder, 'tests.yml');
    await writeFile(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'a', rules }] }));
    await writeFile(file, JSON.stringify({ rule_files: ['rules.yml'], tests }));
    const { code, stdout, stderr } = await feed('promtool', ['test', 'rules', file], '');
    await rm(folder, { recursive: true });
    expect(code, `${stdout}${stderr}`.slice(0, 3000)).to.equal(0);
  });
});
