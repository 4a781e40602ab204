import { expect } from 'chai';
import { clusterHelp, parseClusterOptions } from '../../../examples/vsr-cluster/cluster/options.js';
import { formatMilliseconds, formatNumber } from '../../../examples/vsr-cluster/cluster/text.js';
import { drawCluster } from '../../../examples/vsr-cluster/cluster/view.js';
import { createClusterWatch } from '../../../lib/catalogues/cluster/index.js';
import { kimberlite, vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';

describe('what npm start shows', () => {
  it('fits on 80 columns, whatever the numbers', () => {
    const registry = createRegistry({ catalogue: [vsr, kimberlite] });
    const { metrics } = registry;
    const previous = registry.snapshot();
    for (const replica_id of ['0', '1', '2', '3', '4']) {
      // Replica 4 has not said how it is.
      if (replica_id !== '4')
        metrics.replicaStatus.with({ replica_id }).set(Number(replica_id) % 4);
      metrics.viewNumber.with({ replica_id }).set(12_345);
      metrics.commitNumber.with({ replica_id }).set(123_456_789);
      metrics.replicaLag.with({ replica_id }).set(123_456);
      metrics.cpuUtilization.with({ replica_id }).set(100);
      metrics.clientLatency.with({ replica_id }).record(123.456);
      metrics.operations.with({ replica_id, status: 'success' }).inc(123_456_789);
    }
    const lines = drawCluster({
      snapshot: registry.snapshot(),
      previous,
      cluster: createClusterWatch().observe(registry.snapshot())!,
      rate: 1e6,
      answered: 123_456_789,
      url: 'http://127.0.0.1:65535/metrics',
      file: '/dev/shm/vsr-cluster-4194304.metrics',
      notice: 'fault: forge primary unknown_sender',
    }).map((line) => line.map(({ text }) => text).join(''));
    expect(lines.filter((line) => line.trimEnd().length > 80)).to.eql([]);
    expect(lines.join(' ')).to.match(/replica 1 is in status view_change/);
    expect(lines).to.include(
      'k kill primary  p partition  l loss  d delay  r reorder  u duplicate',
    );
    registry.close();
  });

  it('has a help that fits, with every option and every fault', () => {
    const lines = clusterHelp().split('\n');
    expect(lines.filter((line) => line.length > 80)).to.eql([]);
    expect(lines).to.include.members([
      '  forge ID malformed|signature|unknown_sender|not_primary',
      '                        sends a message that no correct replica sends',
      '  --plain               prints a line per second instead of a screen',
    ]);
  });

  it('has short numbers', () => {
    expect([7, 1234567, 12_345_678, 2.5e9].map(formatNumber)).to.eql([
      '7',
      '1234567',
      '12.35M',
      '2.5B',
    ]);
    expect([0.0123, 0.845, 1.234, 999, 12_345].map(formatMilliseconds)).to.eql([
      '12.3µs',
      '845µs',
      '1.23ms',
      '999ms',
      '12.3s',
    ]);
  });

  it('takes options, and says what is wrong with one', () => {
    const options = parseClusterOptions(['--replicas', '5', '-p', '0', '--rate=2.5', '--plain']);
    expect(options).to.include({ replicas: 5, port: 0, rate: 2.5, plain: true, standbys: 0 });
    const wrong: readonly (readonly [args: string[], message: string])[] = [
      [
        ['--rat', '5'],
        'there is no such option; given "--rat"; did you mean --rate?; allowed: --re',
      ],
      [['--replicas', '4'], '--replicas does not fit; given "4"; allowed: 3, 5'],
      [['--port', '1.5'], '--port does not fit; given "1.5"; allowed: a whole number from 0 to 65'],
      [['--rate'], "Option '--rate <value>' argument missing"],
      [['extra'], "Unexpected argument 'extra'"],
    ];
    for (const [args, message] of wrong) {
      expect(() => parseClusterOptions(args), String(args)).to.throw(message);
    }
  });
});
