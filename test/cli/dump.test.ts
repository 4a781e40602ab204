import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type JsonHistogram,
  type JsonSnapshot,
  type JsonValue,
  readHistogramLog,
} from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, type Registry, readRegistry } from '../../lib/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { runProgram } from '../support/processes.js';
import { until } from '../support/until.js';
import { Collected, command, endAll, kill, startReplica, vsrMetrics } from './command-line.js';

function seriesOf(json: string, name: string): JsonValue | JsonHistogram {
  const { families } = JSON.parse(json) as JsonSnapshot;
  return families.find((family) => family.name === name)!.series[0]!;
}

function operationsIn(prometheus: string): number {
  const line = /^vsr_operations_total\{replica_id="0",status="success"\} (\d+)$/m;
  return Number(line.exec(prometheus)?.[1]);
}

describe('vsr-metrics dump', function () {
  this.timeout(30_000);
  afterEach(async () => {
    await endAll();
    await removeAll();
  });

  it('prints what a running, a stopped and a killed replica had recorded', async () => {
    const file = newFile();
    const replica = await startReplica(file, '0');
    const counted = async (path: string) => {
      const { code, stdout, stderr } = await vsrMetrics(['dump', path]);
      expect([code, stderr]).to.eql([0, '']);
      return operationsIn(stdout);
    };
    const running = await counted(file);
    expect(running).to.be.at.least(1000);
    replica.kill('SIGSTOP');
    const stopped = await counted(file);
    expect(stopped).to.be.at.least(running);
    await kill(replica);
    const dead = await counted(file);
    expect(dead).to.be.at.least(stopped);
    // A new one keeps the file of the dead one.
    await startReplica(file, '0');
    expect(await counted(`${file}.1`)).to.equal(dead);
  });

  it('has every format', async () => {
    const file = newFile();
    await kill(await startReplica(file, '0'));
    const dump = async (...args: string[]) => (await vsrMetrics(['dump', file, ...args])).stdout;
    const [prometheus, openMetrics, json, hdr, hgrm] = await Promise.all([
      dump('--format', 'prometheus'),
      dump('--format=openmetrics'),
      dump('--format', 'json'),
      dump('--format', 'hdr'),
      dump('--format', 'hgrm'),
    ]);
    expect(prometheus).to.include('\nvsr_view_number{replica_id="0"} 7\n');
    expect(openMetrics).to.match(/^# TYPE vsr_\w+ \w+\n[\s\S]*\n# EOF\n$/);
    expect(seriesOf(json, 'vsr_view_number')).to.include({ value: 7 });
    const latency = seriesOf(json, 'vsr_client_latency_ms') as JsonHistogram;
    expect(latency).to.include({ count: 100, min: 1, max: 100 });
    const ofLatency = [...readHistogramLog(hdr)].find(
      ({ tag }) => tag === 'vsr_client_latency_ms{replica_id="0"}',
    );
    expect(ofLatency).to.include({ max: 100 });
    expect(ofLatency!.histogram.count).to.equal(100);
    const table = /^#\[Series {2}= vsr_client_latency_ms\{replica_id="0"\}, Unit = ms\]$([^#]*)/m;
    const lines = table.exec(hgrm)![1]!.trim().split('\n').slice(2);
    expect(lines[0]!.trim().split(/ +/).map(Number)).to.eql([1, 0, 1, 1]);
    expect(lines.at(-1)!.trim().split(/ +/).map(Number)).to.eql([100, 1, 100]);
  });

  it('prints chosen metrics and series only', async () => {
    const file = newFile();
    await kill(await startReplica(file, '0'));
    const series = 'vsr_operations_total{replica_id="0",status="success"}';
    const chosen = ['--metric', 'vsr_view_number', '--metric', series];
    const { stdout } = await vsrMetrics(['dump', file, ...chosen]);
    const samples = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.map((line) => line.split(' ')[0])).to.eql([
      'vsr_operations_total{replica_id="0",status="success"}',
      'vsr_view_number{replica_id="0"}',
    ]);
    const wrong = await vsrMetrics(['dump', file, '--metric', 'vsr_view_numbr']);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.include('given "vsr_view_numbr"; did you mean vsr_view_number?');
  });

  it('prints the history of gauges, also of one that is dead', async () => {
    const file = newFile();
    const replica = await startReplica(file, '0');
    const reader = readRegistry(file);
    const points = () => reader.history('vsr_view_number').length;
    await until(() => points() >= 3);
    await kill(replica);
    const history = async (...args: string[]) => {
      const { code, stdout, stderr } = await vsrMetrics(['dump', file, '--history', ...args]);
      expect([code, stderr]).to.eql([0, '']);
      return stdout;
    };
    const text = await history('vsr_view_number');
    const lines = text.trim().split('\n');
    expect(lines[0]).to.equal(
      `# vsr_view_number{replica_id="0"} (gauge), ${lines.length - 2} points`,
    );
    expect(lines.length).to.equal(points() + 2);
    expect(lines.at(-1)).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {6}7$/);

    const all = JSON.parse(await history('--format', 'json')) as {
      name: string;
      kind: string;
      labels: object;
      points: { at: number; value: number }[];
    }[];
    expect(new Set(all.map(({ kind }) => kind))).to.eql(new Set(['gauge']));
    const view = all.find(({ name }) => name === 'vsr_view_number')!;
    expect(view.labels).to.eql({ replica_id: '0' });
    expect(view.points.length).to.equal(points());

    // Spans count from when it was last heard of, however long ago that is.
    const { heartbeatAgeMs } = reader.writer;
    const died = Date.now() - heartbeatAgeMs;
    const recent = view.points.filter(({ at }) => at >= died - 500).length;
    expect(recent).to.be.within(1, view.points.length - 1);
    const last = await history('vsr_view_number', '--from', '500ms');
    expect(last.split('\n').length - 3).to.be.closeTo(recent, 1);
    const to = new Date(view.points[0]!.at + 1).toISOString();
    expect(await history('vsr_view_number', '--to', to)).to.match(/, [12] points?\n/);
    expect(await history('vsr_view_number', '--to', '1h')).to.match(/, 0 points\n$/);
  });

  it('prints the history of counters and histograms with what happened in between', () => {
    const file = newFile();
    const catalogue = defineCatalogue({
      name: 'shop',
      families: {
        sales: { kind: 'counter', name: 'shop_sales_total', help: 'Sales' },
        wait: { kind: 'histogram', name: 'shop_wait_ms', help: 'Wait', buckets: [1, 10] },
      },
      waive: { shop_wait_ms: { 'base-unit': 'a test' } },
    });
    const registry = createRegistry({ catalogue, file });
    registry.metrics.sales.inc(3);
    registry.metrics.wait.record(0.5);
    const history = async (...args: string[]) =>
      (await vsrMetrics(['dump', file, '--history', ...args])).stdout;
    return until(() => registry.history('shop_sales_total').length > 0).then(async () => {
      expect(await history('shop_sales_total')).to.match(
        /^# shop_sales_total \(counter\), 1 point\ntime +total +per second\n\S+Z +3\n$/,
      );
      expect(await history('shop_wait_ms')).to.match(
        /^# shop_wait_ms \(histogram in ms\), 1 point\ntime +count +per second +mean +p50 +p99\n\S+Z +1\n$/,
      );
      const [wait] = JSON.parse(await history('shop_wait_ms', '--format', 'json'));
      expect(wait.points[0]).to.deep.include({
        value: 1,
        sum: 0.5,
        buckets: [
          { le: 1, count: 1 },
          { le: 10, count: 1 },
          { le: '+Inf', count: 1 },
        ],
      });
      registry.close();
    });
  });

  it('writes to a file, and never over a registry', async () => {
    const [file, other] = [newFile(), newFile()];
    await kill(await startReplica(file, '0'));
    await kill(await startReplica(other, '1'));
    const folder = mkdtempSync(join(tmpdir(), 'vsr-metrics-'));
    try {
      const output = join(folder, 'dump.txt');
      const { code, stdout } = await vsrMetrics(['dump', file, '-o', output]);
      expect([code, stdout]).to.eql([0, '']);
      expect(operationsIn(readFileSync(output, 'utf8'))).to.be.at.least(1000);

      for (const target of [file, other]) {
        const before = readRegistry(target).snapshot().value('vsr_view_number');
        const refused = await vsrMetrics(['dump', file, '--output', target]);
        expect(refused.code).to.equal(1);
        expect(refused.stderr).to.include('--output would overwrite a registry');
        expect(readRegistry(target).snapshot().value('vsr_view_number')).to.equal(before);
      }
      const missing = await vsrMetrics(['dump', file, '--output', join(folder, 'no', 'such')]);
      expect(missing.code).to.equal(3);
      expect(missing.stderr).to.include('cannot be written: ENOENT');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says why a file cannot be read', async () => {
    const file = newFile();
    const missing = await vsrMetrics(['dump', file]);
    expect([missing.code, missing.stdout]).to.eql([2, '']);
    expect(missing.stderr).to.equal(
      `vsr-metrics dump: ${file} cannot be read: No such file or directory\n`,
    );
    writeFileSync(file, 'no registry');
    const foreign = await vsrMetrics(['dump', file, '--history']);
    expect(foreign.code).to.equal(2);
    expect(foreign.stderr).to.include('not a vsr-metrics region');
  });

  const wrong: readonly (readonly [args: string[], message: string])[] = [
    [['--from', '10m'], '--from is for --history; allowed: --history --from TIME'],
    [['--history', '--format', 'hdr'], 'knows no such value with --history; given "hdr"'],
    [['--format', 'text'], 'knows no such value without --history; given "text"; allowed: prom'],
    [['--history', '--metric', 'x'], '--metric is not for --history; allowed: --history NAME'],
  ];
  for (const [args, message] of wrong) {
    it(`refuses: dump FILE ${args.join(' ')}`, async () => {
      const { code, stderr } = await vsrMetrics(['dump', '/dev/shm/any', ...args]);
      expect(code).to.equal(1);
      expect(stderr).to.include(message);
    });
  }

  describe('to a standard output', () => {
    const catalogue = defineCatalogue({
      name: 'shop',
      families: {
        sales: {
          kind: 'counter',
          name: 'shop_sales_total',
          help: 'Sales',
          labels: { till: 'any' },
          maxSeries: 5001,
        },
      },
    });
    let registry: Registry<typeof catalogue>;
    let file: string;

    beforeEach(() => {
      file = newFile();
      registry = createRegistry({ catalogue, file });
      // More than a pipe holds.
      for (let till = 0; till < 5000; till++) {
        registry.metrics.sales.with({ till: `${till}` }).inc();
      }
    });
    afterEach(() => registry.close());

    it('stops without a word when nobody reads on', () => {
      const script = '"$0" "$1" dump "$2" | head -n 1; echo $PIPESTATUS';
      const output = execFileSync('bash', ['-c', script, process.execPath, command, file], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      expect(output).to.equal('# HELP shop_sales_total Sales\n0\n');
    });

    it('says when there is no room for its output', async () => {
      const full = await vsrMetrics(['dump', file], { stdout: createWriteStream('/dev/full') });
      expect(full.code).to.equal(3);
      expect(full.stderr).to.match(
        /^vsr-metrics dump: standard output cannot be written: ENOSPC: no space left on device/,
      );
      const script = '"$0" "$1" dump "$2" >/dev/full';
      const args = ['-c', script, process.execPath, command, file];
      const { code, stderr } = await runProgram('bash', args);
      expect(code).to.equal(3);
      expect(stderr).to.equal(full.stderr);
    });

    it('sends no escape sequences of a file to a terminal, and all bytes to anything else', async () => {
      registry.metrics.sales.with({ till: '\x1b]0;owned\x07\x9b31m\tÄ\u202e' }).inc();
      const stdout = new Collected({ isTTY: true });
      await vsrMetrics(['dump', file, '--format', 'json'], { stdout });
      // JSON escapes some of them itself.
      await vsrMetrics(['dump', file], { stdout });
      expect(stdout.text).to.include('till="\ufffd]0;owned\ufffd\ufffd31m\tÄ\ufffd"');
      expect(stdout.text).not.to.match(/(?![\n\t])\p{Control}/u);
      const { stdout: bytes } = await vsrMetrics(['dump', file]);
      expect(bytes).to.include('till="\x1b]0;owned\x07\x9b31m\tÄ\u202e"');
      const wrong = await vsrMetrics(['dump', file, '--metric', 'shop_sales_total{till="\x1b]"}']);
      expect(wrong.stderr).to.include('allowed: shop_sales_total{till="');
      expect(wrong.stderr).not.to.match(/(?![\n\t])\p{Control}/u);
    });
  });
});
