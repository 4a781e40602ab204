import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { SettingName } from '../../lib/configuration/settings.js';
import type { JsonSnapshot } from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, readRegistry } from '../../lib/index.js';
import { startServer } from '../../lib/server/index.js';
import { feed, needPromtool, needPythonParser, parseWithPython } from '../exposition/programs.js';
import { freePort } from '../servers/ports.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { lookUntil, until } from '../support/until.js';
import {
  endAll,
  kill,
  Running,
  startReplica,
  startVsrMetrics,
  vsrMetrics,
} from './command-line.js';

interface Served {
  readonly url: string;
  /** What was written to standard error so far. */
  readonly errors: () => string;
}

/** In this process, until endAll(). */
async function serve(...args: string[]): Promise<Served> {
  const serving = new Running(['serve', '--port', '0', ...args]);
  let ended: number | undefined;
  void serving.code.then((code) => {
    ended = code;
  });
  await until(() => ended !== undefined || serving.stdout.includes('\n'));
  const url = /^serving .+ on (\S+)$/m.exec(serving.stdout)?.[1];
  if (url === undefined) throw new Error(`serve ended with ${ended}: ${serving.stderr}`);
  return { url, errors: () => serving.stderr };
}

interface ServingProcess extends Served {
  readonly process: ChildProcess;
}

/** As users start it. */
async function spawnServe(...args: string[]): Promise<ServingProcess> {
  const process = startVsrMetrics(['serve', '--port', '0', ...args]);
  let errors = '';
  process.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface(process.stdout!)) {
    const url = /^serving \d+ files? on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { process, url, errors: () => errors };
  }
  throw new Error(`serve ended: ${errors}`);
}

async function scrape(url: string, accept = 'text/plain'): Promise<string> {
  const response = await fetch(url, { headers: { accept } });
  expect(response.status).to.equal(200);
  return response.text();
}

/** The values of all lines whose name and labels match, by the file they are from. */
function valuesOf(text: string, name: string): Record<string, number> {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && !line.includes('status="fail'));
  return Object.fromEntries(
    lines.map((line) => [/file="([^"]*)"/.exec(line)![1]!, Number(line.split(' ').at(-1))]),
  );
}

/** The state whose line is 1, by file. */
function statesIn(text: string): Record<string, string> {
  const line = /^vsr_metrics_source_writer_state\{file="([^"]*)",state="(\w+)"\} 1$/gm;
  return Object.fromEntries(Array.from(text.matchAll(line), ([, file, state]) => [file!, state!]));
}

function nameOf(file: string): string {
  return file.split('/').at(-1)!;
}

describe('vsr-metrics serve', function () {
  this.timeout(30_000);
  afterEach(async () => {
    await endAll();
    await removeAll();
  });

  describe('of three replicas', () => {
    let served: Served;
    let files: string[];

    beforeEach(async () => {
      files = [newFile(), newFile(), newFile()];
      const [alive, hung, dead] = files as [string, string, string];
      const [, stopped, killed] = await Promise.all([
        startReplica(alive, '0'),
        startReplica(hung, '0'),
        startReplica(dead, '0'),
      ]);
      stopped!.kill('SIGSTOP');
      await kill(killed!);
      served = await serve(`${alive}:zone=eu`, `${hung}:file=second`, dead);
    });

    it('keeps their series apart and is valid in every format', async () => {
      const text = await scrape(served.url);
      const operations = valuesOf(text, 'vsr_operations_total');
      expect(Object.keys(operations)).to.eql([nameOf(files[0]!), 'second', nameOf(files[2]!)]);
      for (const value of Object.values(operations)) expect(value).to.be.at.least(1000);
      expect(text).to.include(
        `vsr_view_number{file="${nameOf(files[0]!)}",zone="eu",replica_id="0"} 7\n`,
      );
      expect(text).to.include('vsr_view_number{file="second",replica_id="0"} 7\n');
      const json = JSON.parse(await scrape(served.url, 'application/json')) as JsonSnapshot;
      const view = json.families.find(({ name }) => name === 'vsr_view_number')!;
      expect(view.series.map(({ labels }) => labels.file)).to.eql(Object.keys(operations));
      const latency = json.families.find(({ name }) => name === 'vsr_client_latency_ms')!;
      for (const series of latency.series) expect(series).to.include({ count: 100, max: 100 });
      const openMetrics = await scrape(served.url, 'application/openmetrics-text');
      expect(openMetrics).to.match(/\n# EOF\n$/);
      expect(openMetrics.match(/^# TYPE vsr_operations counter$/gm)).to.have.length(1);
    });

    it('is text that promtool can read', async function () {
      await needPromtool(this);
      const { code, stdout, stderr } = await feed(
        'promtool',
        ['check', 'metrics'],
        await scrape(served.url),
      );
      // 3: remarks on names, which documents fix. 1: it cannot read the text.
      expect(code, stderr).to.be.oneOf([0, 3]);
      expect(`${stdout}${stderr}`).not.to.match(/vsr_metrics_source|error/);
    });

    it('says how their programs do', async () => {
      const { url } = await serve('--hung-after', '0.5', ...files);
      let text = '';
      let states: Record<string, string> = {};
      const wanted = { [nameOf(files[1]!)]: 'hung', [nameOf(files[2]!)]: 'dead' };
      let ages: Record<string, number> = {};
      // A program counts as hung as soon as its event loop is; it was heard of a little later.
      while (
        !Object.entries(wanted).every(([file, state]) => states[file] === state) ||
        !(ages[nameOf(files[1]!)]! > 0.5)
      ) {
        text = await scrape(url);
        states = statesIn(text);
        ages = valuesOf(text, 'vsr_metrics_source_heartbeat_age_seconds');
      }
      expect(Object.keys(states)).to.have.length(3);
      expect(Object.values(valuesOf(text, 'vsr_metrics_source_up'))).to.eql([1, 1, 1]);
      expect(statesIn(await scrape(served.url))[nameOf(files[0]!)]).to.equal('alive');
    });

    it('adds the labels that are given for all', async () => {
      const { url } = await serve('--label', 'cluster=c1', '-l', 'replica_id=x', files[0]!);
      const text = await scrape(url);
      expect(text).to.include(
        `vsr_view_number{file="${nameOf(files[0]!)}",cluster="c1",replica_id="x",exported_replica_id="0"} 7\n`,
      );
      expect(text).to.match(
        /^vsr_metrics_source_up\{cluster="c1",replica_id="x",file="[^"]+"\} 1$/m,
      );
    });
  });

  it('is what the reference parser of OpenMetrics accepts', async function () {
    await needPythonParser(this);
    const [one, other] = [newFile(), newFile()];
    await Promise.all([startReplica(one, '0'), startReplica(other, '0')]);
    const { url } = await serve(one, other, '/dev/shm/no-such-file');
    const text = await scrape(url, 'application/openmetrics-text');
    const families = await parseWithPython('openmetrics', text);
    const up = families.find(({ name }) => name === 'vsr_metrics_source_up')!;
    expect(up.samples.map(({ value }) => value)).to.eql([1, 1, 0]);
  });

  it('goes on with the others when a file vanishes or is damaged, and follows restarts', async () => {
    const [file, other] = [newFile(), newFile()];
    const replica = await startReplica(file, '0');
    await startReplica(other, '1');
    const { url, errors } = await serve(`${file}:file=a`, `${other}:file=b`);
    const upNow = async () => valuesOf(await scrape(url), 'vsr_metrics_source_up');
    const operations = async () => valuesOf(await scrape(url), 'vsr_operations_total');
    expect(await upNow()).to.eql({ a: 1, b: 1 });
    await kill(replica);
    const before = (await operations()).a!;

    truncateSync(file, 4096);
    const damaged = await scrape(url);
    expect(valuesOf(damaged, 'vsr_metrics_source_up')).to.eql({ a: 0, b: 1 });
    expect(Object.keys(valuesOf(damaged, 'vsr_operations_total'))).to.eql(['b']);
    expect(damaged).to.match(new RegExp(`^# vsr-metrics: ${file} is truncated.*\n# HELP `));

    rmSync(file);
    const vanished = await scrape(url);
    expect(valuesOf(vanished, 'vsr_metrics_source_up')).to.eql({ a: 0, b: 1 });
    expect(vanished).to.include(`# vsr-metrics: ${file} cannot be read: No such file`);
    expect(statesIn(vanished)).to.eql({ b: 'alive' });
    expect(await scrape(url, 'application/openmetrics-text')).not.to.match(/^# vsr-metrics/m);

    await startReplica(file, '0');
    expect(await upNow()).to.eql({ a: 1, b: 1 });
    expect((await operations()).a).to.be.within(1000, before + 1000);
    const reported = errors().trim().split('\n');
    expect(reported.map((line) => line.replace('vsr-metrics serve: ', ''))).to.have.length(3);
    expect(reported.at(-1)).to.equal(`vsr-metrics serve: ${file} can be read again`);
  });

  it('follows a replica that starts again while it is looked at', async () => {
    const file = newFile();
    const first = await startReplica(file, '0');
    const { url } = await serve(`${file}:file=a`);
    await kill(first);
    expect(statesIn(await scrape(url))).to.eql({ a: 'dead' });
    await startReplica(file, '9');
    const text = await scrape(url);
    expect(statesIn(text)).to.eql({ a: 'alive' });
    expect(text).to.include('vsr_view_number{file="a",replica_id="9"} 7');
    expect(text).not.to.include('replica_id="0"');
  });

  it('leaves out what would contradict another file, and counts it', async () => {
    const [one, other] = [newFile(), newFile()];
    const make = (kind: 'counter' | 'gauge', file: string) =>
      createRegistry({
        file,
        catalogue: defineCatalogue({
          name: 'test',
          families: {
            a: { kind, name: 'test_total', help: 'x', labels: { l: ['1', '2'] } } as never,
          },
          waive: kind === 'gauge' ? { test_total: { 'total-suffix': 'a test' } } : {},
        }),
      });
    const registries = [make('counter', one), make('gauge', other)];
    const { url } = await serve(`${one}:file=a`, `${other}:file=b`);
    const text = await scrape(url);
    expect(valuesOf(text, 'vsr_metrics_source_omitted_series')).to.eql({ a: 0, b: 2 });
    expect(Object.keys(valuesOf(text, 'test_total'))).to.eql(['a']);
    expect(text).to.include(
      `# vsr-metrics: ${other}: test_total (2 series) is left out: it is a gauge, and a counter before\n`,
    );
    for (const registry of registries) registry.close();
  });

  it('shows the live page, with the past of every file', async () => {
    const files = [newFile(), newFile()] as const;
    await Promise.all([startReplica(files[0], '0'), startReplica(files[1], '0')]);
    const { url } = await serve(`${files[0]}:file=a,replica_id=x`, `${files[1]}:file=b`);
    const page = await fetch(new URL('/', url));
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    interface History {
      readonly series: { labels: Record<string, string>; points: { value: number }[] }[];
    }
    const history = new URL('/api/v1/history?name=vsr_view_number', url);
    let series: History['series'] = [];
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      series = ((await (await fetch(history)).json()) as History).series;
      if (series.length === 2 && series.every(({ points }) => points.length > 0)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(series.map(({ labels }) => labels)).to.deep.equal([
      { file: 'a', replica_id: 'x', exported_replica_id: '0' },
      { file: 'b', replica_id: '0' },
    ]);
    for (const { points } of series) expect(points.at(-1)?.value).to.equal(7);
  });

  it('says how the programs do, each and as a whole', async () => {
    const [file, other] = [newFile(), newFile()];
    const [replica] = await Promise.all([startReplica(file, '0'), startReplica(other, '1')]);
    const { url } = await serve(`${file}:file=a`, `${other}:file=b`);
    const ask = async (path: string) => {
      const response = await fetch(new URL(path, url));
      return [response.status, (await response.json()) as Record<string, unknown>] as const;
    };
    const [code, healthy] = await ask('/health');
    expect([code, healthy.status, healthy.checks]).to.eql([200, 'healthy', { a: 'ok', b: 'ok' }]);
    expect((await ask('/health/ready'))[0]).to.equal(200);
    expect((await ask('/status?file=b'))[1]).to.include({ node_id: 2, healthy_replicas: 2 });

    await kill(replica);
    const [, degraded] = await ask('/health');
    const checks = { a: 'unhealthy: its program is dead', b: 'ok' };
    expect(degraded.status).to.equal('unhealthy');
    expect(degraded.checks).to.include(checks);
    expect((degraded.checks as Record<string, string>).replicas).to.include('1 of 2 well');
    const [ready, { reasons }] = await ask('/health/ready');
    expect(ready).to.equal(503);
    expect(reasons).to.include('replica 0 is dead (was normal)');
    expect((await ask('/health/ready?file=b'))[0]).to.equal(200);
    expect((await ask('/status?file=a'))[1]).to.include({ status: 'dead', healthy_replicas: 1 });
    const alone = await serve(`${file}:file=a`);
    expect((await fetch(new URL('/health', alone.url))).status).to.equal(503);
  });

  it('speaks HTTP: HEAD, 404, 405, keep-alive, chosen formats', async () => {
    const file = newFile();
    await startReplica(file, '0');
    const { url } = await serve(file);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(head.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(Number(head.headers.get('content-length'))).to.be.above(1000);
    expect(await head.text()).to.equal('');

    const missing = await fetch(new URL('/nothing', url));
    expect(missing.status).to.equal(404);
    expect(await missing.text()).to.include('GET /metrics');
    const posted = await fetch(url, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).to.eql([405, 'GET, HEAD']);
    expect(await posted.text()).to.include('GET /metrics');

    const openMetrics = await fetch(`${url}?from=prometheus`, {
      headers: { accept: 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3' },
    });
    expect(openMetrics.headers.get('content-type')).to.equal(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(openMetrics.headers.get('vary')).to.equal('Accept, Accept-Encoding');
    expect(openMetrics.headers.get('content-encoding')).to.equal('gzip');
    const many = await Promise.all(Array.from({ length: 20 }, () => scrape(url)));
    for (const text of many) expect(text).to.include('vsr_view_number');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends on ${signal}, also while a client hangs on`, async () => {
      const file = newFile();
      await startReplica(file, '0');
      const { process, url, errors } = await spawnServe(file);
      const client = connect(Number(new URL(url).port), '127.0.0.1');
      client.on('error', () => {});
      await once(client, 'connect');
      client.write('GET /metrics HTTP/1.1\r\nHost: x\r\n');
      process.kill(signal);
      const [code] = await once(process, 'exit');
      expect([code, errors()]).to.eql([0, '']);
      client.destroy();
      const refused = await new Promise((resolve) => {
        request(url).on('error', resolve).end();
      });
      expect(refused).to.have.property('code', 'ECONNREFUSED');
    });
  }

  it('says when the port is taken, or is none', async () => {
    const file = newFile();
    await startReplica(file, '0');
    const { url } = await serve(file);
    const { port } = new URL(url);
    const taken = await vsrMetrics(['serve', file, '--port', port]);
    expect(taken.code).to.equal(3);
    expect(taken.stderr).to.equal(
      `vsr-metrics serve: cannot listen on 127.0.0.1 port ${port}: another program listens there; take another port, or 0 for a free one\n`,
    );
    const wrong = await vsrMetrics(['serve', file, '--port', 'http']);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.include('given "http"; allowed: a whole number from 0 to 65535');
  });

  it('serves as a configuration says, unless its options say otherwise', async () => {
    const file = newFile();
    const config = `${file}.toml`;
    await startReplica(file, '0');
    try {
      writeFileSync(
        config,
        '[metrics]\nport = 1\npath = "/m"\ntoken = "secret"\nglobal_labels = { zone = "eu" }\n',
      );
      const { url, errors } = await serve(file, '--config', config);
      expect(new URL(url).pathname).to.equal('/m');
      expect(await fetch(url)).to.include({ status: 401 });
      const answer = await fetch(url, { headers: { authorization: 'Bearer secret' } });
      expect(await answer.text()).to.include(`{file="${nameOf(file)}",zone="eu",`);
      expect(errors()).to.equal('');
      writeFileSync(config, '[metrics]\nprot = 2\n');
      const misspelt = await vsrMetrics(['serve', file, '-c', config]);
      expect([misspelt.code, misspelt.stderr]).to.eql([
        1,
        `vsr-metrics serve: ${config}:2: there is no setting metrics.prot; did you mean metrics.port?\nvsr-metrics serve --help says how to use it\n`,
      ]);
      writeFileSync(config, '[telemetry]\ntracing_enabled = true\n');
      const idle = await vsrMetrics(['serve', file, '-c', config]);
      expect([idle.code, idle.stderr]).to.eql([
        1,
        `vsr-metrics serve: ${config}:2: telemetry.tracing_enabled has no effect in this program\nvsr-metrics serve --help says how to use it\n`,
      ]);
      writeFileSync(config, '[metrics]\nport = 1\n');
      const nearer = await vsrMetrics(['serve', file, '-c', config], {
        environment: { VSR_METRICS_PORT: 'x' },
      });
      expect(nearer.code).to.equal(1);
      expect(nearer.stderr).to.include('VSR_METRICS_PORT does not fit; given "x"');
    } finally {
      rmSync(config);
    }
  });

  it('obeys every setting that is documented, or refuses it', async () => {
    const [file, config, token] = [newFile(), `${newFile()}.toml`, `${newFile()}.token`];
    await startReplica(file, '0');
    writeFileSync(token, 's3cret');
    const noEffect = 'has no effect in this program';
    /** A value in TOML, and the complaint about it; undefined: it is obeyed. */
    const expected: Readonly<Record<SettingName, readonly [toml: string, complaint?: string]>> = {
      'metrics.enabled': ['false', 'there is nothing to serve'],
      'metrics.address': ['"localhost"'],
      'metrics.port': ['1'],
      'metrics.base_path': ['"/internal"'],
      'metrics.path': ['"/m"'],
      'metrics.allowed_hosts': ['["a.internal"]'],
      'metrics.token': ['"s3cret"'],
      'metrics.token_file': [`"${token}"`],
      'metrics.tls_key_file': ['"k.pem"', 'TLS needs metrics.tls_cert_file too'],
      'metrics.tls_cert_file': ['"c.pem"', 'TLS needs metrics.tls_key_file too'],
      'metrics.tls_client_ca_file': ['"a.pem"', 'TLS needs metrics.tls_key_file too'],
      'metrics.dashboard': ['false'],
      'metrics.open_probes': ['true'],
      'metrics.stuck_after_secs': ['3'],
      'metrics.collection_interval_secs': ['3'],
      'metrics.global_labels': ['{ zone = "eu" }'],
      'health.enabled': ['true', noEffect],
      'health.interval_secs': ['3', noEffect],
      'health.timeout_secs': ['3', noEffect],
      'health.word': ['"healthy"'],
      'telemetry.otlp_endpoint': ['"http://localhost:4317"', noEffect],
      'telemetry.export_interval_secs': ['3', noEffect],
      'telemetry.service_name': ['"ledger"', noEffect],
      'telemetry.service_version': ['"1"', noEffect],
      'telemetry.tracing_enabled': ['true', noEffect],
      'telemetry.tracing_endpoint': ['"http://localhost:4318"', noEffect],
    };
    try {
      for (const [name, [toml, complaint]] of Object.entries(expected)) {
        const [table, setting] = name.split('.');
        writeFileSync(config, `[${table}]\n${setting} = ${toml}\n`);
        if (complaint === undefined) {
          expect((await serve(file, '--config', config)).errors(), name).to.equal('');
          continue;
        }
        const { code, stderr } = await vsrMetrics(['serve', file, '--config', config]);
        expect(code, name).to.equal(1);
        expect(stderr, name).to.include(complaint);
      }
    } finally {
      rmSync(config);
      rmSync(token);
    }
  });

  it('serves what a configuration names, with tokens from files', async () => {
    const [file, config, token] = [newFile(), `${newFile()}.toml`, `${newFile()}.token`];
    await startReplica(file, '0');
    writeFileSync(token, 's3cret\n');
    const server = await startServer({
      registry: readRegistry(file),
      port: 0,
      thread: false,
      token: 's3cret',
    });
    try {
      const entries = [
        `[[sources]]\nname = "near"\npath = "${file}"\nlabels = { zone = "eu" }\n`,
        `[[sources]]\nname = "far"\npath = "${server.url}"\ntoken_file = "${token}"\n`,
      ];
      writeFileSync(config, entries.join('\n'));
      const { url, errors } = await serve('--config', config);
      const text = await lookUntil(
        () => scrape(url),
        (found) => found.includes('vsr_metrics_source_up{file="far"} 1'),
      );
      expect(text).to.include('vsr_view_number{file="near",zone="eu",');
      expect(text).to.include('vsr_view_number{file="far",');
      expect(errors()).to.equal('');
      const nothing = await vsrMetrics(['serve']);
      expect(nothing.code).to.equal(1);
      expect(nothing.stderr).to.include(
        'there is nothing to serve; allowed: FILE, URL, or [[sources]]',
      );
    } finally {
      await server.close();
      rmSync(config);
      rmSync(token);
    }
  });

  it('says what the documents of a product say, once it is told which', async () => {
    const file = newFile();
    await startReplica(file, '0');
    const checksOf = async (...args: string[]) => {
      const { url } = await serve(file, ...args);
      const health = (await (await fetch(new URL('/health', url))).json()) as { checks: object };
      return Object.values(health.checks);
    };
    expect(await checksOf()).to.eql(['ok']);
    expect(await checksOf('--preset', 'kalki')).to.eql(['healthy']);

    const port = await freePort();
    const variables = { KOTOBA_METRICS_PORT: String(port), VSR_METRICS_PORT: '1' };
    const kotoba = new Running(['serve', file, '--preset', 'kotoba'], { environment: variables });
    await until(() => kotoba.stdout.includes('\n'));
    expect(kotoba.stdout).to.equal(`serving 1 file on http://127.0.0.1:${port}/metrics\n`);

    // Another program may listen there; the complaint names the port then.
    const streambus = new Running(['serve', file, '--preset', 'streambus']);
    await until(() => streambus.stdout.includes('\n') || streambus.stderr.includes('\n'));
    expect(streambus.stdout + streambus.stderr).to.match(/127\.0\.0\.1(:| port )8080\b/);

    const unknown = await vsrMetrics(['serve', file, '--preset', 'kotobo']);
    expect(unknown.code).to.equal(1);
    expect(unknown.stderr).to.include('kotoba');
  });

  it('does not let a hostile file break the page of the others', async () => {
    const [file, hostile] = [newFile(), newFile()];
    await startReplica(file, '0');
    const capacity = { lanes: 1, series: 64, histograms: 1, historyBytes: 0 };
    const catalogue = defineCatalogue({
      name: 'test',
      families: { a: { kind: 'counter', name: 'test_total', help: 'help_help_help' } },
    });
    createRegistry({ file: hostile, catalogue, capacity }).close();
    const bytes = execFileSync('cat', [hostile], { maxBuffer: 1 << 28 });
    for (const [from, to] of [
      ['test_total', 'test\n#EOF'],
      ['"kind":"counter"', '"kind":"gauge"  '],
      ['"help":"help_help_help"', '"help":[["help_help_"]]'],
    ] as const) {
      const changed = Buffer.from(bytes);
      changed.write(to, changed.indexOf(from));
      writeFileSync(hostile, changed);
      const { url } = await serve(`${file}:file=a`, `${hostile}:file=b`);
      const text = await scrape(url);
      expect(valuesOf(text, 'vsr_metrics_source_up'), from).to.eql({ a: 1, b: 0 });
      expect(text).to.match(/^# vsr-metrics: \S+ is damaged: .+\n# HELP/);
      expect(Object.keys(valuesOf(text, 'vsr_view_number'))).to.eql(['a']);
    }
  });
});
