import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { kotoba } from '../../lib/catalogues/index.js';
import { readConfiguration } from '../../lib/configuration/index.js';
import { settings } from '../../lib/configuration/settings.js';
import { createHealthChecks } from '../../lib/health/index.js';
import { createRegistry, defineCatalogue, ServerError } from '../../lib/index.js';
import { startServer } from '../../lib/server/index.js';
import { inPackage } from '../support/package-root.js';

const catalogue = defineCatalogue({
  name: 'shop',
  families: { sales: { kind: 'counter', name: 'shop_sales_total', help: 'Sales' } },
});

describe('configuration', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-configuration-'));
  });
  after(() => rm(folder, { recursive: true }));

  type Environment = Record<string, string>;

  /** Reads TOML and variables, and what was said of unknown settings. */
  async function read(toml: string | undefined, environment: Environment = {}) {
    const unknown: string[] = [];
    const file = toml === undefined ? undefined : join(folder, 'config.toml');
    if (file !== undefined) await writeFile(file, toml!);
    const onUnknown = (message: string) => void unknown.push(message.replaceAll(`${folder}/`, ''));
    return { ...(await readConfiguration({ file, environment, onUnknown })), unknown };
  }

  /** What a configuration is refused with. */
  async function refusal(toml: string | undefined, environment: Environment = {}): Promise<string> {
    const error = await read(toml, environment).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ServerError);
    return (error as ServerError).message.replaceAll(`${folder}/`, '');
  }

  it('is what the parts do by themselves when nothing is said', async () => {
    const { enabled, unknown, ...options } = await read(undefined);
    expect(enabled).to.eql({ metrics: true, healthChecks: true, otlp: false, tracing: false });
    const nothing = { server: {}, registry: {}, health: {}, otlp: {}, tracing: {} };
    expect(options).to.eql({ ...nothing, sources: {} });
    expect(await read('[storage]\npath = "/var/lib"\n', { HOME: '/', KOTOBA_HOME: '/' })).to.eql({
      ...{ enabled, unknown: [] },
      ...options,
    });
  });

  it('has every setting, in a file and in the environment', async () => {
    const inFile = await read(`
      [metrics]
      enabled = false
      address = "0.0.0.0"
      port = 9191
      base_path = "/internal"
      path = "/internal/metrics"
      allowed_hosts = ["ledger.internal", ".svc"]
      token = "secret"
      dashboard = false
      open_probes = true
      stuck_after_secs = 2.5
      collection_interval_secs = 10
      [metrics.global_labels]
      service = "ledger"
      environment = "production"

      [health]
      enabled = false
      interval_secs = 20
      timeout_secs = 1
      word = "healthy"

      [telemetry]
      otlp_endpoint = "http://localhost:4317"
      export_interval_secs = 10
      service_name = "kimberlite-vsr"
      service_version = "0.4.0"
      tracing_enabled = true
      tracing_endpoint = "http://jaeger:14268/api/traces"
    `);
    const expected = {
      enabled: { metrics: false, healthChecks: false, otlp: true, tracing: true },
      server: {
        host: '0.0.0.0',
        port: 9191,
        basePath: '/internal',
        path: '/internal/metrics',
        allowedHosts: ['ledger.internal', '.svc'],
        token: 'secret',
        endpoints: ['metrics', 'live', 'ready', 'health', 'status'],
        openProbes: true,
        stuckAfterMs: 2500,
        healthWord: 'healthy',
      },
      registry: {
        defaultLabels: { service: 'ledger', environment: 'production' },
        resourcesEveryMs: 10_000,
      },
      health: { everyMs: 20_000, timeoutMs: 1000 },
      otlp: {
        endpoint: 'http://localhost:4317',
        everyMs: 10_000,
        serviceName: 'kimberlite-vsr',
        serviceVersion: '0.4.0',
      },
      sources: {},
      tracing: { endpoint: 'http://jaeger:14268/api/traces' },
      unknown: [],
    };
    expect(inFile).to.eql(expected);
    const inEnvironment = await read(undefined, {
      VSR_METRICS_ENABLED: 'false',
      VSR_METRICS_ADDRESS: '0.0.0.0',
      VSR_METRICS_PORT: '9191',
      VSR_METRICS_PATH: '/internal/metrics',
      VSR_METRICS_BASE_PATH: '/internal',
      VSR_METRICS_ALLOWED_HOSTS: 'ledger.internal, .svc',
      VSR_METRICS_TOKEN: 'secret',
      VSR_METRICS_DASHBOARD: '0',
      VSR_METRICS_OPEN_PROBES: '1',
      VSR_METRICS_STUCK_AFTER_SECS: '2.5',
      VSR_METRICS_COLLECTION_INTERVAL_SECS: '10',
      VSR_METRICS_GLOBAL_LABELS: 'service=ledger, environment=production',
      VSR_METRICS_HEALTH_ENABLED: 'FALSE',
      VSR_METRICS_HEALTH_INTERVAL_SECS: '20',
      VSR_METRICS_HEALTH_TIMEOUT_SECS: '1',
      VSR_METRICS_HEALTH_WORD: 'healthy',
      VSR_METRICS_TELEMETRY_OTLP_ENDPOINT: 'http://localhost:4317',
      VSR_METRICS_TELEMETRY_EXPORT_INTERVAL_SECS: '10',
      VSR_METRICS_TELEMETRY_SERVICE_NAME: 'kimberlite-vsr',
      VSR_METRICS_TELEMETRY_SERVICE_VERSION: '0.4.0',
      VSR_METRICS_TELEMETRY_TRACING_ENABLED: 'true',
      VSR_METRICS_TELEMETRY_TRACING_ENDPOINT: 'http://jaeger:14268/api/traces',
    });
    expect(inEnvironment).to.eql(expected);
  });

  it('prefers the environment to the file, where it says something', async () => {
    const file = '[metrics]\nport = 1\npath = "/file"\ntoken = "file"\n';
    const { server } = await read(file, { VSR_METRICS_PORT: '2', VSR_METRICS_PATH: ' ' });
    expect(server).to.eql({ port: 2, path: '/file', token: 'file' });
  });

  it("leaves to OpenTelemetry's variables what they say", async () => {
    const file = '[telemetry]\notlp_endpoint = "http://file:4317"\nservice_name = "file"\n';
    const otel = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=otel',
    };
    const { otlp, enabled } = await read(file, otel);
    expect([otlp, enabled.otlp]).to.eql([{}, true]);
    const own = { ...otel, VSR_METRICS_TELEMETRY_SERVICE_NAME: 'own' };
    expect((await read(file, own)).otlp).to.eql({ serviceName: 'own' });
  });

  it('takes token, key and certificate from files, beside the file that names them', async () => {
    await mkdir(join(folder, 'secrets'));
    await writeFile(join(folder, 'secrets', 'token'), 'from-file\n');
    await writeFile(join(folder, 'secrets', 'key.pem'), 'the key');
    await writeFile(join(folder, 'secrets', 'cert.pem'), 'the certificate');
    const file = [
      '[metrics]',
      'token_file = "secrets/token"',
      'tls_key_file = "secrets/key.pem"',
      'tls_cert_file = "secrets/cert.pem"',
    ].join('\n');
    expect((await read(file)).server).to.eql({
      token: 'from-file',
      tls: { key: 'the key', cert: 'the certificate' },
    });
    // The nearer place wins; in one place the token itself.
    const token = { VSR_METRICS_TOKEN: 'variable' };
    expect((await read(file, token)).server.token).to.equal('variable');
    const tokenFile = { VSR_METRICS_TOKEN_FILE: join(folder, 'secrets', 'token') };
    expect((await read('[metrics]\ntoken = "x"', tokenFile)).server.token).to.equal('from-file');
    expect((await read('', { ...token, ...tokenFile })).server.token).to.equal('variable');
    expect((await read(`${file}\ntoken = "x"`)).server.token).to.equal('x');
  });

  it('says where something does not fit, what was given, and what is allowed', async () => {
    expect(await refusal(undefined, { VSR_METRICS_PORT: 'http' })).to.equal(
      'VSR_METRICS_PORT does not fit; given "http"; allowed: a whole number from 0 to 65535',
    );
    expect(await refusal('\n[metrics]\nenabled = true\nport = "9090"\n')).to.equal(
      'config.toml:4: metrics.port does not fit; given "9090"; allowed: a whole number from 0 to 65535',
    );
    expect(await refusal('metrics.port = 70000')).to.match(
      /^config\.toml:1: metrics\.port does not/,
    );
    expect(await refusal('\nmetrics = { port = -1 }')).to.match(/^config\.toml:2: metrics\.port/);
    expect(await refusal('[metrics]\n"path" = "metrics"')).to.equal(
      'config.toml:2: the option path of a server does not fit; given "metrics"; allowed: one that begins with / and has neither spaces nor ? nor #',
    );
    expect(await refusal('[health]\nword = "fine"')).to.contain('allowed: "ok", "healthy"');
    expect(await refusal('[health]\ninterval_secs = 0')).to.contain('seconds from 0.001 to 86400');
    expect(await refusal('[metrics.global_labels]\n__x = "1"')).to.contain('"__x" is reserved');
    expect(await refusal('[metrics]\nglobal_labels = { x = 1 }')).to.contain('given {"x":1}');
    expect(await refusal(undefined, { VSR_METRICS_ENABLED: 'constructor' })).to.contain(
      'allowed: true or false',
    );
    expect(await refusal('metrics = 3')).to.equal(
      'config.toml:1: metrics is no table; allowed: [metrics]',
    );
    expect(await refusal('[metrics]\ntls_key_file = "key.pem"')).to.equal(
      'config.toml:2: TLS needs metrics.tls_cert_file too',
    );
    expect(await refusal('[metrics]\ntoken_file = "gone"')).to.match(/^config\.toml:2: ENOENT/);
    expect(await refusal('[metrics]\nport = 90 90\n')).to.match(/^config\.toml:2: each key-value/);
    const missing = await readConfiguration({ file: join(folder, 'no.toml') }).catch(
      (error) => error,
    );
    expect(missing.message).to.match(/no\.toml cannot be read: ENOENT/);
  });

  it('never shows a token', async () => {
    const token = 'hunter 2';
    for (const message of [
      await refusal(undefined, { VSR_METRICS_TOKEN: token }),
      await refusal(`[metrics]\ntoken = "${token}"`),
      await refusal(`[metrics]\ntoken = ["${token}"]`),
    ]) {
      expect(message).to.contain('allowed: ').and.not.to.contain('hunter');
    }
  });

  it('tells of settings that there are not, and reads the others', async () => {
    const file = '[metrics]\nport = 1\nprot = 2\n\n[telemetri]\nx = 1\n[cluster]\nsize = 3\n';
    const { unknown, server } = await read(file, { VSR_METRICS_PTAH: '/', KOTOBA_X: '' });
    expect(server).to.eql({ port: 1 });
    expect(unknown).to.eql([
      'there is no variable VSR_METRICS_PTAH; did you mean VSR_METRICS_PATH?',
      'config.toml:3: there is no setting metrics.prot; did you mean metrics.port?',
      'config.toml:5: there is no table telemetri; did you mean telemetry?',
    ]);
  });

  it('is refused with a setting that there is not, unless somebody listens', async () => {
    const file = join(folder, 'config.toml');
    await writeFile(file, '[metrics]\nprot = 2\n');
    const error = await readConfiguration({ file, environment: {} }).catch((error) => error);
    expect(error).to.be.instanceOf(ServerError);
    expect(error.message).to.include('there is no setting metrics.prot; did you mean');
    const misspelt = { enviroment: {} } as object;
    const wrong = await readConfiguration(misspelt).catch((error) => error);
    expect(wrong.message).to.include('no option "enviroment"; did you mean environment?');
  });

  it('says which settings a program does not obey', async () => {
    const file = join(folder, 'config.toml');
    await writeFile(file, '[metrics]\nport = 2\n[telemetry]\ntracing_enabled = true\n');
    const unknown: string[] = [];
    const environment = { VSR_METRICS_HEALTH_WORD: 'healthy' };
    const obeyed = ['metrics.port'] as const;
    const onUnknown = (message: string) => void unknown.push(message.replace(`${folder}/`, ''));
    await readConfiguration({ file, environment, obeyed, onUnknown });
    expect(unknown).to.eql([
      'VSR_METRICS_HEALTH_WORD has no effect in this program',
      'config.toml:4: telemetry.tracing_enabled has no effect in this program',
    ]);
  });

  it("takes the variables of a catalogue's documents with its preset, and no others then", async () => {
    const environment = {
      KOTOBA_METRICS_PORT: '3',
      KOTOBA_HEALTH_INTERVAL_SECS: '7',
      VSR_METRICS_PATH: '/not-asked-for',
    };
    const { server, health } = await readConfiguration({ environment, preset: kotoba.preset });
    expect({ server, health }).to.eql({ server: { port: 3 }, health: { everyMs: 7000 } });
    const own = await readConfiguration({ environment });
    expect(own.server).to.eql({ path: '/not-asked-for' });
  });

  it('leaves its own other variables and those of Kubernetes alone', async () => {
    const environment = {
      VSR_METRICS_ADDON: '/somewhere/else.node',
      VSR_METRICS_CLOCK: 'monotonic',
      // For a service that is called vsr-metrics.
      VSR_METRICS_PORT: 'tcp://10.0.0.1:9464',
      VSR_METRICS_SERVICE_HOST: '10.0.0.1',
    };
    expect((await readConfiguration({ environment })).server).to.eql({});
  });

  it('takes variables of another prefix, and leaves those of Kubernetes alone', async () => {
    const environment = {
      LEDGER_METRICS_PORT: '3',
      VSR_METRICS_PORT: '4',
      LEDGER_METRICS_SERVICE_HOST: '10.0.0.1',
      LEDGER_METRICS_SERVICE_PORT_HTTP: '80',
      LEDGER_METRICS_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect((await readConfiguration({ environment, prefix: 'LEDGER' })).server.port).to.equal(3);
  });

  it('names the sources of a page, with their tokens in files', async () => {
    const { sources } = await read(
      '[[sources]]\nname = "a"\npath = "replica-0.metrics"\n\n' +
        '[[sources]]\nname = "b"\npath = "https://10.0.0.2:9464"\ntoken_file = "b.token"\n' +
        'labels = { zone = "eu" }\n',
    );
    expect(sources).to.eql({
      a: { path: join(folder, 'replica-0.metrics') },
      b: {
        path: 'https://10.0.0.2:9464',
        tokenFile: join(folder, 'b.token'),
        labels: { zone: 'eu' },
      },
    });
    for (const [toml, message] of [
      ['sources = 5', 'config.toml:1: sources is no list; allowed: [[sources]]'],
      ['[[sources]]\nname = "a"', 'config.toml:1: a source needs path'],
      ['[[sources]]\npath = "a"', 'config.toml:1: a source needs name'],
      [
        '[[sources]]\nname = "a"\npath = "a"\n[[sources]]\nname = "a"\npath = "b"',
        'config.toml:4: there are two sources "a"',
      ],
      [
        '[[sources]]\nname = "a"\npath = "b"\ntoken_fil = "c"',
        'config.toml:1: a source has no setting token_fil; did you mean token_file?',
      ],
      ['[[sources]]\nname = "a"\npath = 5', 'path of a source does not fit; given 5'],
    ]) {
      expect(await refusal(toml), toml).to.include(message);
    }
  });

  it('is documented, each setting of it', async () => {
    const document = await readFile(inPackage('docs', 'configuration.md'), 'utf8');
    const tables = document.split(/^\| `\[/m).slice(1);
    expect(tables).to.have.length(3);
    for (const name of Object.keys(settings)) {
      const [section, key] = name.split('.') as [string, string];
      const table = tables.find((each) => each.startsWith(`${section}]`));
      expect(table, name).to.match(new RegExp(`\\| [^|]*\`${key}\`[^|]* \\|`));
    }
  });

  it('is what a server, a registry and health checks take', async () => {
    const file = [
      ...['[metrics]', 'port = 0', 'path = "/m"', 'token = "secret"'],
      ...['global_labels = { zone = "eu" }', '[health]', 'interval_secs = 60', 'word = "healthy"'],
    ].join('\n');
    const { server: options, registry: more, health: every } = await read(file);
    const registry = createRegistry({ catalogue, ...more });
    const health = createHealthChecks({ registry, ...every }).add('it', () => undefined);
    await health.run();
    const server = await startServer({ registry, health, ...options });
    try {
      const headers = { authorization: 'Bearer secret' };
      expect(await fetch(server.url)).to.include({ status: 401 });
      const metrics = await fetch(server.url, { headers });
      expect(await metrics.text()).to.contain('shop_sales_total{zone="eu"} 0');
      const answer = await fetch(new URL('/health', server.url), { headers });
      expect(await answer.json()).to.deep.include({ checks: { it: 'healthy' } });
    } finally {
      await server.close();
      health.close();
      registry.close();
    }
  });
});
