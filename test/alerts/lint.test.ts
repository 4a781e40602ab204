import { expect } from 'chai';
import fc from 'fast-check';
import { ruleFile } from '../../lib/alerts/index.js';
import { lintRules } from '../../lib/alerts/lint/lint.js';
import { seed } from '../support/seed.js';
import { allRules } from './systems.js';

const annotations =
  'annotations: { summary: "s", description: "d", runbook_url: "https://runbooks.example/A" }';

/** One alert in a file; the expression is in line 5 from column 15 on. */
function alertOf(expression: string, more = ''): string {
  return `groups:
  - name: own
    rules:
      - alert: A
        expr: ${expression}
        for: 5m
        labels: { severity: warning }
        ${annotations}
${more}`;
}

function found(text: string): string[] {
  return lintRules(text).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('rules lint', () => {
  it('finds nothing in the rules of this package', async () => {
    for (const rules of await allRules()) expect(found(ruleFile([rules]))).to.deep.equal([]);
    expect(found(ruleFile(await allRules({ clusterLabel: '' })))).to.deep.equal([]);
  });

  it('finds nothing in an alert that is right', () => {
    expect(found(alertOf('vsr_replica_lag_operations > 1000'))).to.deep.equal([]);
    expect(found(alertOf('some_metric_of_others > 1 and on (job) up == 1'))).to.deep.equal([]);
    expect(found(alertOf('vector(1)'))).to.deep.equal([]);
  });

  const expressions: readonly (readonly [rule: string, expression: string, column: number])[] = [
    ['no-comparison', 'rate(vsr_view_changes_total[5m])', 15],
    ['no-comparison', 'vsr_view_number > bool 3', 15],
    ['no-comparison', 'vsr_view_number > 3 or vsr_op_number', 15],
    ['bare-counter', 'vsr_view_changes_total > 5', 15],
    ['bare-counter', '1 < kalki_queries_processed', 19],
    ['rate-of-gauge', 'rate(vsr_view_number[5m]) > 0', 15],
    ['delta-of-counter', 'delta(vsr_view_changes_total[5m]) > 0', 15],
    ['rate-after-aggregation', 'rate(sum(vsr_view_number)[5m:]) > 0', 15],
    ['short-window', 'rate(vsr_view_changes_total[20s]) > 0', 20],
    ['topk', 'topk(3, vsr_replica_lag_operations) > 5', 15],
    ['aggregated-ratio', 'sum(vsr_op_number / vsr_commit_number) > 2', 15],
    ['no-such-metric', 'vsr_replica_lag > 5', 15],
    ['no-such-label', 'vsr_view_number{replicaid="0"} > 5', 31],
    ['no-such-label', 'rate(vsr_operations_total{status="failed"}[5m]) > 5', 41],
    ['plain-pattern', 'up{job=~"vsr"} == 0', 18],
    ['impossible-match', 'sum by (a) (up) / on (b) sum by (a, b) (up) > 1', 15],
    ['impossible-match', 'sum(up) / up > 1', 15],
    ['impossible-match', 'up * on (instance) group_left sum by (job) (up) > 1', 15],
    ['expression', 'sum(up', 21],
    ['expression', 'rat(up[5m]) > 1', 15],
    ['expression', 'rate(up) > 1', 20],
  ];
  for (const [rule, expression, column] of expressions) {
    it(`finds ${rule} in ${expression}`, () => {
      const mistakes = found(alertOf(expression));
      const [first] = mistakes;
      expect(mistakes.join('\n')).to.include(`(${rule})`);
      expect(first).to.match(new RegExp(`^5:${column} .*\\(${rule}\\)$`));
    });
  }

  it('says what was probably meant', () => {
    expect(found(alertOf('vsr_view_changes > 5'))[0]).to.include(
      'did you mean vsr_view_changes_total?',
    );
    expect(found(alertOf('vsr_operations_total{status="sucess"} > 5')).join()).to.include(
      'did you mean success?',
    );
  });

  it('finds the place in a block of several lines', () => {
    const text = `groups:
  - name: own
    rules:
      - alert: A
        expr: |-
          sum by (job) (
            vsr_view_changes_total
          ) > 5
        for: 5m
        labels: { severity: warning }
        ${annotations}
`;
    expect(found(text)).to.have.length(1);
    expect(found(text)[0]).to.match(/^7:13 vsr_view_changes_total is a counter/);
  });

  it('wants absent() to wait', () => {
    const text = alertOf('absent(up)').replace('        for: 5m\n', '');
    expect(found(text)[0]).to.match(/^5:15 .*\(absent-without-for\)$/);
  });

  it('looks at labels and annotations', () => {
    const text = `groups:
  - name: own
    rules:
      - alert: A
        expr: sum by (job) (up) == 0
        for: 0s
        labels:
          severity: error
          value: "{{ $value }}"
        annotations:
          summary: "{{ $labels.instance }} of {{ $labels.job }}"
          runbook_url: runbooks/A.md
      - alert: B
        expr: up == 0
`;
    expect(found(text).map((each) => each.replace(/^(\S+) .*\((\S+)\)$/, '$1 $2'))).to.deep.equal([
      '4:9 no-annotation',
      '6:14 default-spelled-out',
      '8:21 severity',
      '9:18 value-in-label',
      '11:20 lost-label',
      '12:24 runbook',
      '13:9 no-severity',
      '13:9 no-annotation',
      '13:9 no-annotation',
      '13:9 no-annotation',
    ]);
    expect(found(text)[2]).to.include('did you mean critical?');
  });

  it('finds rules that stand there twice, and keys that there are not', () => {
    const rule = alertOf('up == 0').split('\n').slice(3, 8).join('\n');
    expect(found(alertOf('up == 0', rule))).to.deep.equal([
      '9:9 rule A stands in line 4 already (duplicate-rule)',
    ]);
    expect(found(alertOf('up == 0', '        annotation: {}'))[0]).to.match(
      /^9:9 a rule has no "annotation"; did you mean annotations\?/,
    );
  });

  it('says where YAML is broken', () => {
    expect(found('groups:\n  - name: "own\n')[0]).to.match(/^\d+:\d+ .*\(yaml\)$/);
    expect(found('')).to.deep.equal([
      '1:1 a rule file has a list of groups under "groups" (structure)',
    ]);
    expect(found('rules: []')[0]).to.include('(structure)');
    expect(found('groups:\n  - name: own\n    rules:\n      - expr: up\n')[0]).to.match(
      /^4:9 a rule has either/,
    );
  });

  it('lets a comment allow a rule to one alert alone', () => {
    const text = alertOf('vsr_view_changes_total > 5').replace(
      '      - alert',
      '      # lint: allow bare-counter, it is to be seen\n      - alert',
    );
    expect(found(text)).to.deep.equal([]);
    const second = alertOf('up == 0').split('\n').slice(3, 8).join('\n');
    const other = second.replace('up == 0', 'vsr_repairs_total > 5').replace(': A', ': B');
    expect(found(`${text}\n${other}`)).to.have.length(1);
  });

  it('reads whatever is in a file without falling over it', async () => {
    const kotoba = (await allRules()).find(({ system }) => system === 'kotoba')!;
    const whole = ruleFile([kotoba]);
    const change = fc.record({
      at: fc.nat(whole.length),
      removed: fc.nat(40),
      added: fc.string({
        unit: fc.constantFrom(...'\n :-[]{}()"\'|>&*#%@!,0a=~$\t\\'),
        maxLength: 6,
      }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (all) => {
        let text = whole;
        for (const { at, removed, added } of all) {
          text = text.slice(0, at) + added + text.slice(at + removed);
        }
        const lines = text.split('\n').length;
        for (const { line, column } of lintRules(text)) {
          expect(line).to.be.within(1, lines);
          expect(column).to.be.at.least(1);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});
