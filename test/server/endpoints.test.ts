import { expect } from 'chai';
import { kimberlite, vsr } from '../../lib/catalogues/index.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry, ServerError, VsrMetricsError } from '../../lib/index.js';
import { createHandler, type HandlerOptions } from '../../lib/server/index.js';
import { get, mount } from './requests.js';

describe('endpoints of the server', () => {
  const ends: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  function open() {
    const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
    ends.push(() => registry.close());
    registry.metrics.replicaStatus.set(0);
    return registry;
  }

  async function serve(options: HandlerOptions): Promise<string> {
    const mounted = await mount(options);
    ends.unshift(() => mounted.close());
    return mounted.url;
  }

  /** Three replicas, of which the second leads in view 4. */
  function cluster() {
    const registry = createRegistry({ catalogue: vsr });
    ends.push(() => registry.close());
    for (const [index, replica_id] of ['0', '1', '2'].entries()) {
      registry.metrics.replicaStatus.with({ replica_id }).set(0);
      registry.metrics.viewNumber.with({ replica_id }).set(4);
      registry.metrics.clusterSize.with({ replica_id }).set(3);
      registry.metrics.opNumber.with({ replica_id }).set(12_400 - index);
      registry.metrics.commitNumber.with({ replica_id }).set(12_345 - index);
    }
    return registry;
  }

  describe('/metrics', () => {
    it('has the format that is asked for, compressed for who takes that', async () => {
      const registry = open();
      registry.metrics.viewNumber.set(7);
      const url = `${await serve({ registry })}/metrics`;
      const text = await get(url, { headers: { 'accept-encoding': 'identity' } });
      expect(text.status).to.equal(200);
      expect(text.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
      expect(text.headers.get('content-encoding')).to.equal(null);
      expect(text.headers.get('cache-control')).to.equal('no-store');
      expect(text.text).to.include('vsr_view_number{replica_id="0"} 7\n');
      const zipped = await get(url, { headers: { accept: 'application/openmetrics-text' } });
      expect(zipped.headers.get('content-encoding')).to.equal('gzip');
      expect(zipped.text).to.match(/# EOF\n$/);
      const head = await get(url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
      expect(head.text).to.equal('');
      expect(Number(head.headers.get('content-length'))).to.equal(Buffer.byteLength(text.text));
    });

    it('has only the families that are named, by any name they expose', async () => {
      const url = await serve({ registry: open() });
      const names = ['vsr_view_number', 'vsr_prepare_latency_ms_bucket', 'vsr_no_such'];
      const query = names.map((name) => `name[]=${name}`).join('&');
      const { text } = await get(`${url}/metrics?${query}`);
      const types = Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name);
      expect(types).to.deep.equal(['vsr_prepare_latency_ms', 'vsr_view_number']);
      const counter = await get(`${url}/metrics?name%5B%5D=vsr_operations`);
      expect(counter.text).to.match(/^# TYPE vsr_operations_total counter$/m);
    });

    it('is where the option says', async () => {
      const url = await serve({ registry: open(), path: '/prometheus' });
      expect((await get(`${url}/prometheus`)).text).to.include('vsr_view_number');
      expect((await get(`${url}/metrics`)).status).to.equal(418);
    });

    it('is for somebody else with other methods, in a handler', async () => {
      const url = await serve({ registry: open() });
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        for (const path of ['/metrics', '/health', '/status', '/api/v1/values', '/']) {
          expect((await get(url + path, { method })).status, `${method} ${path}`).to.equal(418);
        }
      }
    });

    it('is 503 while there is nothing to show, and 500 for what nobody foresaw', async () => {
      const errors: unknown[] = [];
      let thrown: Error = new VsrMetricsError('VSR_METRICS_SERVER_EMPTY', { problem: 'not yet' });
      const snapshot = () => {
        throw thrown;
      };
      const source = { snapshot, history: () => [] };
      const url = await serve({ source, onWarning: ({ message }) => errors.push(message) });
      const empty = await get(`${url}/metrics`);
      expect([empty.status, empty.text]).to.eql([503, 'not yet\n']);
      expect(errors).to.eql([]);
      thrown = new Error('a secret of the program');
      const broken = await get(`${url}/metrics`);
      expect(broken.status).to.equal(500);
      expect(broken.text).not.to.include('secret');
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(/^server: Error: a secret of the program\n {4}at /);
    });
  });

  describe('/status', () => {
    it('has the fields of the document, in its order', async () => {
      const registry = createRegistry({
        catalogue: [vsr, kimberlite],
        fixedLabels: { replica_id: '2', node_id: '1' },
      });
      ends.push(() => registry.close());
      registry.metrics.replicaStatus.set(0);
      registry.metrics.replicaLag.set(0);
      registry.metrics.viewNumber.set(5);
      registry.metrics.commitNumber.set(12_345);
      registry.metrics.opNumber.set(12_400);
      registry.metrics.clusterSize.set(3);
      const { status, headers, text } = await get(`${await serve({ registry })}/status`);
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.equal('application/json; charset=utf-8');
      expect(text).to.equal(
        '{"node_id":1,"status":"normal","view":5,"commit_number":12345,"op_number":12400,' +
          '"is_leader":true,"cluster_size":3,"healthy_replicas":1,"role":"leader","lag":0}\n',
      );
    });

    it('is of the leader, or of the replica that is asked for', async () => {
      const registry = cluster();
      const url = `${await serve({ registry })}/status`;
      const leader = { node_id: 2, is_leader: true, op_number: 12_399, healthy_replicas: 3 };
      expect((await get(url)).json).to.include(leader);
      // Replica 0 was cut off in view 3, which it led.
      registry.metrics.viewNumber.with({ replica_id: '0' }).set(3);
      expect((await get(url)).json).to.include({ ...leader, healthy_replicas: 2 });
      expect((await get(`${url}?replica_id=0`)).json).to.include({
        status: 'old_view',
        is_leader: false,
        lag: 0,
        reason: 'is in view 3, and the cluster in view 4 (was normal)',
      });
      registry.metrics.replicaStatus.with({ replica_id: '2' }).set(3);
      expect((await get(`${url}?replica_id=2`)).json).to.include({
        node_id: 3,
        status: 'state_transfer',
        is_leader: false,
        healthy_replicas: 1,
        lag: 2,
      });
      // The one whose turn it is does not lead while it is not normal.
      registry.metrics.replicaStatus.with({ replica_id: '1' }).set(1);
      const changing = { node_id: 2, status: 'view_change', is_leader: false };
      expect((await get(`${url}?replica_id=1`)).json).to.include(changing);
      const unknown = await get(`${url}?replica_id=7`);
      expect([unknown.status, unknown.json.given]).to.eql([404, { replica_id: '7' }]);
    });

    it('is told by Kimberlite without VSR', async () => {
      const registry = createRegistry({ catalogue: kimberlite, fixedLabels: { node_id: '3' } });
      ends.push(() => registry.close());
      registry.metrics.consensusView.set(9);
      registry.metrics.consensusLeader.set(3);
      registry.metrics.projectionAppliedPosition.unset();
      const { json } = await get(`${await serve({ registry })}/status`);
      expect(json).to.include({ node_id: 3, status: 'up', view: 9, is_leader: true });
      expect(json).to.include({ commit_number: null, op_number: null, cluster_size: null });
    });
  });

  describe('/health/ready', () => {
    it('is 200 in status 0 alone', async () => {
      const registry = open();
      const url = `${await serve({ registry })}/health/ready`;
      const codes: number[] = [];
      for (const status of [0, 1, 2, 3, 0]) {
        registry.metrics.replicaStatus.set(status);
        codes.push((await get(url)).status);
      }
      expect(codes).to.eql([200, 503, 503, 503, 200]);
      registry.metrics.replicaStatus.set(2);
      const reasons = ['replica 0 is in status recovering'];
      expect((await get(url)).json).to.eql({ status: 'not ready', reasons });
      // One that has not said anything yet is not taken for normal.
      registry.metrics.replicaStatus.unset();
      const unset = await get(url);
      expect([unset.status, unset.json.reasons]).to.eql([
        503,
        ['replica 0 has not set its status'],
      ]);
    });

    it('is 503 while no replica has said anything, and while one is missing', async () => {
      const registry = createRegistry({ catalogue: vsr });
      ends.push(() => registry.close());
      const nobody = await get(`${await serve({ registry })}/health/ready`);
      expect([nobody.status, nobody.json.reasons]).to.eql([
        503,
        ['no replica has said anything yet'],
      ]);
      const two = cluster();
      two.metrics.replicaStatus.remove({ replica_id: '0' });
      two.metrics.viewNumber.remove({ replica_id: '0' });
      const missing = await get(`${await serve({ registry: two })}/health/ready`);
      expect([missing.status, missing.json.reasons]).to.eql([503, ['1 of 3 replicas is missing']]);
      const told = await get(
        `${await serve({ registry: open(), cluster: { members: 2 } })}/health/ready`,
      );
      expect([told.status, told.json.reasons]).to.eql([503, ['1 of 2 replicas is missing']]);
    });

    it('looks at every replica, or at those that are asked for', async () => {
      const registry = cluster();
      const url = `${await serve({ registry })}/health/ready`;
      expect((await get(url)).status).to.equal(200);
      registry.metrics.replicaStatus.with({ replica_id: '2' }).set(2);
      const codes = ['', '?replica_id=1', '?replica_id=2', '?replica_id=7'].map(
        async (query) => (await get(url + query)).status,
      );
      expect(await Promise.all(codes)).to.eql([503, 200, 503, 404]);
    });

    it('is 503 when what is critical fails', async () => {
      const health = createHealthChecks();
      ends.push(() => health.close());
      let database: 'healthy' | 'unhealthy' = 'healthy';
      health.add('database', () => ({ status: database, message: 'down' }), { cacheMs: 0 });
      health.add('mail', () => ({ status: 'unhealthy' }), { critical: false });
      const url = `${await serve({ registry: open(), health })}/health/ready`;
      await health.run();
      expect((await get(url)).status).to.equal(200);
      database = 'unhealthy';
      await health.run();
      const { status, json } = await get(url);
      expect([status, json.reasons]).to.eql([503, ['check database is unhealthy: down']]);
    });
  });

  describe('/health', () => {
    async function healthOf(
      statuses: Readonly<Record<string, 'healthy' | 'degraded' | 'unhealthy' | 'unknown'>>,
      options: Partial<HandlerOptions> = {},
    ) {
      const health = createHealthChecks();
      ends.push(() => health.close());
      for (const [name, status] of Object.entries(statuses)) {
        health.add(name, () => ({ status, message: status === 'healthy' ? 'fine' : 'why' }));
      }
      await health.run();
      const url = await serve({ registry: open(), health, ...options });
      return get(`${url}/health`);
    }

    it("says it in StreamBus' words", async () => {
      const checks = { broker: 'healthy', storage: 'healthy', cluster: 'healthy' } as const;
      const { status, json } = await healthOf(checks);
      expect(status).to.equal(200);
      expect(Object.keys(json)).to.eql(['status', 'timestamp', 'checks']);
      expect(json.status).to.equal('healthy');
      expect(json.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Math.abs(Date.parse(json.timestamp) - Date.now())).to.be.below(60_000);
      expect(json.checks).to.eql({ broker: 'ok', storage: 'ok', cluster: 'ok' });
    });

    it("says it in Kalki's words", async () => {
      const checks = { database: 'healthy', vector_db: 'unhealthy' } as const;
      const { status, json } = await healthOf(checks, { healthWord: 'healthy', version: '2.4.0' });
      expect(status).to.equal(503);
      expect(Object.keys(json)).to.eql(['status', 'timestamp', 'version', 'checks']);
      expect(json).to.include({ status: 'unhealthy', version: '2.4.0' });
      expect(json.checks).to.eql({ database: 'healthy', vector_db: 'unhealthy: why' });
    });

    it('lets the worst check decide, whatever comes after it', async () => {
      const outcomes = [];
      for (const [a, b] of [
        ['healthy', 'degraded'],
        ['unhealthy', 'degraded'],
        ['unknown', 'degraded'],
      ] as const) {
        const { status, json } = await healthOf({ a, b });
        outcomes.push([status, json.status]);
      }
      expect(outcomes).to.eql([
        [200, 'degraded'],
        [503, 'unhealthy'],
        [503, 'unknown'],
      ]);
    });
  });

  it('/api/v1/health has all that is known of each check', async () => {
    const health = createHealthChecks();
    ends.push(() => health.close());
    health.add('disk', () => ({ status: 'degraded', message: '8 %', details: { free: 8 } }));
    await health.run();
    const url = await serve({ registry: open(), health });
    const { status, json } = await get(`${url}/api/v1/health`);
    expect([status, json.status]).to.eql([200, 'degraded']);
    expect(json.process).to.eql({ isStopping: false, loopAgeMs: null, reasons: [] });
    const [disk] = json.checks;
    expect(disk).to.include({ name: 'disk', status: 'degraded', message: '8 %', critical: true });
    expect(disk.details).to.eql({ free: '8' });
    expect(disk.ageMs).to.be.within(0, 60_000);
  });

  it('say 503 to probes once the program shuts down', async () => {
    const mounted = await mount({ registry: open() });
    ends.unshift(() => mounted.close());
    const paths = ['/health/live', '/health/ready', '/health', '/metrics'];
    const codes = () =>
      Promise.all(paths.map(async (path) => (await get(mounted.url + path)).status));
    expect(await codes()).to.eql([200, 200, 200, 200]);
    mounted.handler.beginShutdown();
    expect(await codes()).to.eql([503, 503, 503, 200]);
  });

  it('include the page, unless they are not wanted', async () => {
    const registry = open();
    const endpoints = ['metrics', 'live'] as const;
    const [all, few] = [await serve({ registry }), await serve({ registry, endpoints })];
    for (const path of ['/', '/api/v1/values']) {
      expect((await get(all + path)).status).to.equal(200);
      expect((await get(few + path)).status).to.equal(418);
    }
  });

  it('name the option that makes no sense', () => {
    const registry = open();
    const cases: [HandlerOptions, string][] = [
      [{}, 'the option registry of a server does not fit; given "neither"; allowed: either'],
      [{ registry, source: registry }, 'given "both"'],
      [{ registry, path: 'metrics' }, 'the option path of a handler does not fit; given "metrics"'],
      [{ registry, healthWord: 'xml' as never }, 'allowed: "ok", "healthy"'],
      [{ registry, stuckAfterMs: 0 }, 'the option stuckAfterMs of a handler does not fit; given 0'],
      [{ registry, token: 's3cret\n' }, 'the option token of a handler does not fit; allowed'],
      [{ registry, tokne: 's' } as object, 'a handler has no option "tokne"; did you mean token?'],
      [{ registry, port: 1 } as object, 'a handler has no option "port"; allowed: "registry"'],
      [{ registry, endpoints: ['metric'] } as object, 'the option endpoints of a handler'],
      [{ registry, basePath: '/a/' }, 'the option basePath of a handler'],
      [{ registry, allowedHosts: ['http://a'] }, 'the option allowedHosts of a handler'],
    ];
    for (const [options, message] of cases) {
      expect(() => createHandler(options)).to.throw(ServerError, message);
    }
    expect(() => createHandler({ registry, token: 's3cret\n' })).not.to.throw('s3cret');
  });
});
