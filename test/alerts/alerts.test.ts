import { expect } from 'chai';
import {
  type AlertSettings,
  alertsOf,
  dashboards,
  meaningOf,
  ruleFile,
  unitTestFiles,
} from '../../lib/alerts/index.js';
import { vsrAlerts } from '../../lib/alerts/systems/vsr/index.js';
import { AlertsError } from '../../lib/index.js';
import { print } from '../../lib/promql/printer.js';
import { allRules } from './systems.js';

/** The alerts of the five documents, by what they are called there. */
const documented = {
  vsr: [
    ...['Quorum Lost', 'High Latency', 'View Change Storm', 'Log Corruption', 'Memory Leak'],
    ...['Replica Lag', 'Repair Storm', 'High Byzantine Rejection Rate'],
  ],
  kimberlite: [
    ...['ClusterNoQuorum', 'HighErrorRate', 'ProjectionLagHigh', 'FrequentViewChanges'],
    'HighWriteLatency',
  ],
  kotoba: ['High CPU Usage', 'Database Down'],
  streambus: [
    ...['HighProduceLatency', 'HighAuthFailureRate', 'BrokerDown', 'HighStorageUsage'],
    ...['HighConsumerLag', 'HighNetworkErrors'],
  ],
  kalki: ['KalkiDown', 'HighErrorRate', 'HighMemoryUsage', 'SlowQueries'],
};

function expressionOf(name: string, settings: AlertSettings = {}): string {
  const found = alertsOf(vsrAlerts, settings as never).alerts.find((each) => each.name === name);
  return print(found!.expression);
}

describe('alerts', () => {
  it('are those of the documents, each with the expression that it has there', async () => {
    const rules = await allRules();
    const found = Object.fromEntries(
      rules
        .filter(({ system }) => system !== 'alerting')
        .map(({ system, alerts }) => [
          system,
          new Set(alerts.flatMap(({ declaration }) => declaration.original?.name ?? [])),
        ]),
    );
    const all = Object.values(documented).flat();
    expect(all).to.have.length(25);
    for (const [system, names] of Object.entries(documented)) {
      expect([...found[system]!]).to.have.members(names);
    }
    const text = ruleFile(rules);
    expect(text).to.include(
      '# Quorum Lost in its document: vsr_prepare_ok_votes < vsr_quorum_size',
    );
  });

  it('have names that occur once, over all systems, and panels that there are', async () => {
    const alerts = (await allRules()).flatMap((rules) => rules.alerts);
    const names = alerts.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { declaration } of alerts) {
      const { dashboard, panel } = declaration.panel;
      expect(dashboards[dashboard].panels as readonly string[]).to.include(panel);
    }
  });

  it('say everything that whoever is woken needs', async () => {
    for (const { alerts } of await allRules()) {
      for (const { name, declaration } of alerts) {
        const { runbook, why } = declaration;
        for (const text of [
          why,
          runbook.meaning,
          runbook.impact,
          runbook.usersNotice,
          runbook.over,
        ]) {
          expect(text, name).to.match(/^[A-Z0-9a-z].{2,}[.]$/s);
        }
      }
    }
  });

  it('are written the same each time', async () => {
    const text = async () =>
      (await allRules())
        .map((each) => ruleFile([each]) + JSON.stringify(unitTestFiles(each, 'a.yml')))
        .join('');
    expect(await text()).to.equal(await text());
  });

  it('record what the document asks for: rates, and quantiles per replica and of the cluster', () => {
    const recorded = new Map(
      alertsOf(vsrAlerts).recordings.map(({ name, expression }) => [name, print(expression)]),
    );
    expect(recorded.get('vsr_client_latency_ms_p99')).to.equal(
      'histogram_quantile(0.99, sum by (le, replica_id, cluster) (rate(vsr_client_latency_ms_bucket[5m])))',
    );
    expect(recorded.get('vsr:client_latency_ms:p99')).to.equal(
      'histogram_quantile(0.99, sum by (le, cluster) (rate(vsr_client_latency_ms_bucket[5m])))',
    );
    for (const time of ['rate_second', 'increase_minute', 'increase_hour']) {
      expect(recorded.has(`vsr:operations:${time}`), time).to.equal(true);
    }
  });

  it('are frozen, so that a holder cannot change what another evaluates', () => {
    const [first] = alertsOf(vsrAlerts).alerts;
    expect(Object.isFrozen(first)).to.equal(true);
    expect(Object.isFrozen(first!.expression)).to.equal(true);
    expect(Object.isFrozen(first!.labels)).to.equal(true);
  });
});

describe('settings of alerts', () => {
  it('change thresholds, and leave the others', () => {
    expect(expressionOf('VsrBacklog')).to.equal('vsr_pending_requests > 1000');
    expect(expressionOf('VsrBacklog', { thresholds: { pendingRequests: 5 } })).to.equal(
      'vsr_pending_requests > 5',
    );
  });

  it('select series and keep the label of clusters everywhere', () => {
    const settings = { selector: { env: 'prod' }, clusterLabel: 'dc' };
    expect(expressionOf('VsrNoLeader', settings)).to.equal(
      'count by (dc) (vsr_replica_status{env="prod"})\nunless count by (dc) (vsr_prepare_ok_votes{env="prod"})',
    );
    expect(expressionOf('VsrReplicaInOldView', { clusterLabel: '' })).to.equal(
      'vsr_view_number < on () group_left max(vsr_view_number)',
    );
  });

  it('change times, names and labels', () => {
    const { alerts } = alertsOf(vsrAlerts, {
      prefix: 'Ledger',
      labels: { team: 'storage' },
      for: { VsrReplicaLag: '10m' },
      keepFiringFor: { VsrReplicaLag: '3m' },
      leaveOut: ['VsrBacklog'],
    });
    const lag = alerts.find(({ key }) => key === 'VsrReplicaLag')!;
    expect(lag).to.include({
      name: 'LedgerVsrReplicaLag',
      forMs: 600_000,
      keepFiringForMs: 180_000,
    });
    expect(lag.labels).to.deep.equal({ team: 'storage', severity: 'warning', priority: 'P2' });
    expect(alerts.some(({ key }) => key === 'VsrBacklog')).to.equal(false);
  });

  it('that change what an alert asks take its unit test away, and say so', () => {
    const rules = alertsOf(vsrAlerts, { thresholds: { replicaLag: 5 } });
    const tests = unitTestFiles(rules, 'vsr.rules.yml')['vsr.test.yml']!;
    expect(tests).to.include('# Without a test, because of how they are set: VsrReplicaLag\n');
    expect(tests).not.to.include('name: "VsrReplicaLag fires"');
    expect(tests).to.include('name: "VsrBacklog fires"');
  });

  it('of the job take the tests of those alerts away that ask for it', () => {
    const tests = unitTestFiles(alertsOf(vsrAlerts, { job: 'mine' }), 'vsr.rules.yml');
    expect(tests['vsr.test.yml']).to.include('they are set: VsrTargetDown\n');
  });

  it('ask for native histograms in another form', () => {
    expect(expressionOf('VsrHighLatency', { histograms: 'native' })).to.equal(
      'histogram_quantile(0.99, sum by (cluster) (rate(vsr_client_latency_ms[5m]))) > 100',
    );
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    ['an unknown one', { treshold: {} }, /no option "treshold"; did you mean thresholds\?/],
    [
      'an unknown threshold',
      { thresholds: { replicaLags: 5 } },
      /no option "thresholds.replicaLags"; did you mean replicaLag\?/,
    ],
    [
      'a threshold out of bounds',
      { thresholds: { objective: 1 } },
      /from 0.5 to 0.99999, in of all/,
    ],
    ['a threshold that is no number', { thresholds: { replicaLag: '5' } }, /a number from 1/],
    ['an unknown alert', { for: { VsrReplicaLagg: '5m' } }, /did you mean VsrReplicaLag\?/],
    ['a duration that is none', { for: { VsrReplicaLag: '5 minutes' } }, /a duration, as '30s'/],
    ['a label that rules set', { labels: { severity: 'low' } }, /no rule may set alertname/],
    ['a label that is none', { selector: { 'a-b': 'c' } }, /an object of labels/],
    ['a cluster label that is none', { clusterLabel: 'a b' }, /the name of a label/],
    ['a form that is none', { histograms: 'both' }, /allowed: "classic", "native"/],
    ['a URL that is none', { runbooks: 'docs' }, /a URL of a folder/],
  ];
  for (const [what, settings, message] of wrong) {
    it(`refuse ${what}`, () => {
      expect(() => alertsOf(vsrAlerts, settings)).to.throw(AlertsError, message);
    });
  }
});

describe('words for severities', () => {
  it('mean the same in all documents', () => {
    expect(meaningOf('P0')).to.deep.equal({ severity: 'critical', priority: 'P0' });
    expect(meaningOf('SEV3')).to.deep.equal({ severity: 'warning', priority: 'P2' });
    expect(meaningOf('Error')).to.deep.equal({ severity: 'critical', priority: 'P1' });
    expect(meaningOf('loud')).to.equal(undefined);
    expect(meaningOf('constructor')).to.equal(undefined);
  });
});
