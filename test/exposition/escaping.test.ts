// Names beyond a-z: allowed by opt-in, as they are for scrapers that ask, escaped for all others.

import { expect } from 'chai';
import fc from 'fast-check';
import {
  escapeName,
  labelNamePattern,
  metricNamePattern,
  nameEscapings,
} from '../../lib/core/catalogue/names.js';
import {
  type NameEscaping,
  renderBytes,
  renderOpenMetrics,
  renderPrometheus,
  renderProtobuf,
  toJson,
} from '../../lib/exposition/index.js';
import { CatalogueError, createRegistry, defineCatalogue, readRegistry } from '../../lib/index.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { decodeFamilies } from './client-model.js';
import { feed, needPromtool, needPythonParser, parseWithPython } from './programs.js';

const catalogue = defineCatalogue({
  name: 'utf8',
  utf8Names: true,
  families: {
    requests: {
      kind: 'counter',
      name: 'http.server.requests',
      help: 'Requests',
      labels: { 'http.route': 'any', plain: 'any' },
    },
    duration: {
      kind: 'histogram',
      name: 'http.server.duration_seconds',
      help: 'Duration',
      buckets: [0.5],
    },
    odd: { kind: 'gauge', name: 'größe "in" \\ \n', help: 'Odd' },
    plain: { kind: 'gauge', name: 'plain_gauge', help: 'Plain' },
  },
});

function filled() {
  const registry = createRegistry({ catalogue });
  const { requests, duration, odd, plain } = registry.metrics;
  requests.with({ 'http.route': '/"a"', plain: 'b' }).incWithExemplar(2, { trace_id: 'x' });
  duration.record(0.25);
  odd.set(1);
  plain.set(2);
  return registry;
}

const snapshot = filled().snapshot();

/** The lines that are not of the library's own families, and whose numbers do not change. */
function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/vsr_metrics_|_created|# HELP|# EOF/.test(line))
    .map((line) => line.replace(/ # .*/, ''));
}

describe('names in UTF-8', () => {
  it('are quoted for a scraper that asks for them', () => {
    expect(lines(renderPrometheus(snapshot, { escaping: 'allow-utf-8' }))).to.deep.equal([
      '# TYPE "http.server.requests" counter',
      '{"http.server.requests","http.route"="/\\"a\\"",plain="b"} 2',
      '# TYPE "http.server.duration_seconds" histogram',
      '{"http.server.duration_seconds_bucket",le="0.5"} 1',
      '{"http.server.duration_seconds_bucket",le="+Inf"} 1',
      '{"http.server.duration_seconds_sum"} 0.25',
      '{"http.server.duration_seconds_count"} 1',
      '# TYPE "größe \\"in\\" \\\\ \\n" gauge',
      '{"größe \\"in\\" \\\\ \\n"} 1',
      '# TYPE plain_gauge gauge',
      'plain_gauge 2',
    ]);
    const openMetrics = lines(renderOpenMetrics(snapshot, { escaping: 'allow-utf-8' }));
    expect(openMetrics).to.include.members([
      '# TYPE "http.server.requests" counter',
      '{"http.server.requests_total","http.route"="/\\"a\\"",plain="b"} 2',
      '# UNIT "http.server.duration_seconds" seconds',
    ]);
  });

  it('are escaped for all others, as they ask', () => {
    const names: Record<Exclude<NameEscaping, 'allow-utf-8'>, string[]> = {
      underscores: ['http_server_requests{http_route', 'gr__e__in_____ 1', 'plain_gauge 2'],
      dots: ['http_dot_server_dot_requests{http_dot_route', 'gr__e__in_____ 1', 'plain__gauge 2'],
      values: [
        'U__http_2E_server_2E_requests{U__http_2E_route',
        'U__gr_F6__DF_e_20__22_in_22__20__5C__20__A_ 1',
        'plain_gauge 2',
      ],
    };
    for (const [escaping, starts] of Object.entries(names)) {
      const text = lines(renderPrometheus(snapshot, { escaping: escaping as NameEscaping }));
      for (const start of starts) {
        expect(
          text.some((line) => line.startsWith(start)),
          `${start} in ${text}`,
        ).to.equal(true);
      }
    }
    expect(renderPrometheus(snapshot)).to.equal(
      renderPrometheus(snapshot, { escaping: 'underscores' }),
    );
  });

  it('are in protobuf and JSON, too', () => {
    const names = (escaping: NameEscaping) =>
      decodeFamilies(renderBytes('protobuf', snapshot, { escaping })).map(({ name }) => name);
    expect(names('allow-utf-8')).to.include('http.server.requests');
    expect(names('underscores')).to.include('http_server_requests');
    const [requests] = decodeFamilies(renderProtobuf(snapshot))[0]!.metric;
    expect(requests!.label[0]!.name).to.equal('http_route');
    expect(requests!.counter!.exemplar!.value).to.equal(2);
    expect(toJson(snapshot).families[0]!.name).to.equal('http.server.requests');
  });

  it('keep exemplars and percentiles where they belong', () => {
    const text = renderOpenMetrics(snapshot, { escaping: 'values', quantiles: {} });
    expect(text).to.match(/^U__http_2E_server_2E_requests_total\{.*\} 2 # \{trace_id="x"\} 2 /m);
    expect(text).to.match(/^U__http_2E_server_2E_duration__seconds__p99 0\.25$/m);
  });

  it('survive in a file', () => {
    const file = newFile();
    const registry = createRegistry({ catalogue, file });
    registry.metrics.odd.set(5);
    registry.metrics.requests.with({ 'http.route': '/', plain: 'b' }).inc();
    const read = readRegistry(file).snapshot();
    expect(read.value('größe "in" \\ \n')).to.equal(5);
    expect(read.value('http.server.requests', { 'http.route': '/' })).to.equal(1);
    registry.close();
    return removeAll();
  });

  it('need the opt-in of their catalogue, and must differ when they are escaped', () => {
    const gauge = (name: string, labels = {}) =>
      ({ kind: 'gauge', name, help: 'G', labels }) as const;
    const refused: [object, RegExp][] = [
      [{ families: { a: gauge('a.b') } }, /no valid metric name/],
      [{ families: { a: gauge('a', { 'b.c': 'any' }) } }, /label has no valid name/],
      [{ utf8Names: true, families: { a: gauge('') } }, /no valid metric name/],
      [{ utf8Names: true, families: { a: gauge('a\ud800') } }, /no valid metric name/],
      [{ utf8Names: true, families: { a: gauge('a.b'), b: gauge('a_b') } }, /both expose "a_b"/],
      [
        { utf8Names: true, families: { a: gauge('a', { 'b.c': 'any', b_c: 'any' }) } },
        /"b\.c" and "b_c" would both be written "b_c"/,
      ],
      [{ utf8Names: 'yes', families: { a: gauge('a') } }, /utf8Names is true or false/],
    ];
    for (const [declaration, message] of refused) {
      const define = () => defineCatalogue({ name: 'c', ...declaration } as never);
      expect(define).to.throw(CatalogueError, message);
    }
    const own = defineCatalogue({
      name: 'own',
      utf8Names: true,
      families: { a: { kind: 'gauge', name: 'a', help: 'A', labels: { 'b.c': 'any' } } },
    });
    expect(() => createRegistry({ catalogue: own, defaultLabels: { b_c: 'x' } })).to.throw(
      /would both be written "b_c"/,
    );
  });

  it('become names that every scraper can read, whatever they are', () => {
    const schemes = fc.constantFrom(...nameEscapings.filter((each) => each !== 'allow-utf-8'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), schemes, (name, escaping) => {
        for (const pattern of [metricNamePattern, labelNamePattern]) {
          const escaped = escapeName(name, pattern, escaping);
          expect(escaped).to.match(pattern);
          if (pattern.test(name) && escaping !== 'dots') expect(escaped).to.equal(name);
        }
      }),
    );
  });

  describe('escaped, for parsers that others wrote', function () {
    this.timeout(60_000);

    it('are valid in OpenMetrics', async function () {
      await needPythonParser(this);
      for (const escaping of ['underscores', 'dots', 'values'] as const) {
        const text = renderOpenMetrics(snapshot, { escaping, quantiles: {} });
        const [requests] = await parseWithPython('openmetrics', text);
        const wanted = escapeName('http.server.requests', metricNamePattern, escaping);
        expect(requests!.name).to.equal(wanted);
        expect(requests!.samples[0]!.value).to.equal(2);
      }
    });

    it('are valid in text', async function () {
      await needPromtool(this);
      const { stderr } = await feed('promtool', ['check', 'metrics'], renderPrometheus(snapshot));
      expect(stderr).not.to.match(/error while linting|parsing/);
    });
  });
});
