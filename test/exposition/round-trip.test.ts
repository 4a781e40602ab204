// Label values survive parsers that others wrote: Prometheus' own (in Go, by way of promtool, which
// makes a database of OpenMetrics and prints it again) and its Python library's, for both formats.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { renderOpenMetrics, renderPrometheus } from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue } from '../../lib/index.js';
import { feed, needPromtool, needPythonParser, parseWithPython } from './programs.js';

const catalogue = defineCatalogue({
  name: 'paths',
  families: {
    hits: {
      kind: 'counter',
      name: 'hits_total',
      help: 'A help with "quotes", back\\slashes\nand lines 😀',
      labels: { path: 'any', host: 'any' },
      maxSeries: 10_000,
    },
    seconds: {
      kind: 'histogram',
      name: 'answer_seconds',
      help: 'Answer',
      labels: { path: 'any', host: 'any' },
      buckets: [0.5],
      digits: 1,
    },
  },
});

const awkward = [
  'plain',
  '"quoted"',
  'back\\slash',
  'ends in \\',
  '\\',
  '\\\\n',
  '\\"',
  'two\nlines',
  '\n',
  'le="0.1",}',
  '} 1',
  '# EOF',
  'emoji 😀👩‍👩‍👧',
  'Grüße, Κόσμε, 世界',
  'carriage\rreturn',
  'tab\there',
  ' spaces ',
  'null\0byte',
];

/** A registry in which the counter of the n-th label set stands at n + 1. */
function registryWith(values: readonly string[]) {
  const registry = createRegistry({ catalogue, capacity: { series: 12_000 } });
  values.forEach((path, index) => {
    registry.metrics.hits.with({ path, host: values.at(-1 - index)! }).inc(index + 1);
  });
  return registry;
}

/** The label values that samples have, in the order of the values of the samples. */
function pathsAndHosts(
  samples: readonly { labels: Readonly<Record<string, string>>; value: number }[],
) {
  return [...samples]
    .sort((a, b) => a.value - b.value)
    .map(({ labels: { path, host } }) => [path, host]);
}

function expectedPairs(values: readonly string[]) {
  return values.map((path, index) => [path, values.at(-1 - index)!]);
}

describe('label values', function () {
  this.timeout(60_000);

  describe('read by Prometheus', () => {
    let directory: string;
    before(async function () {
      await needPromtool(this);
      directory = await mkdtemp(join(tmpdir(), 'vsr-metrics-exposition-'));
    });
    after(async () => {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    });

    it('are what was recorded', async () => {
      const registry = registryWith(awkward);
      registry.metrics.seconds.with({ path: awkward[1]!, host: awkward[7]! }).record(0.5);
      // A database wants to know when: every sample gets a time.
      const timed = renderOpenMetrics(registry.snapshot())
        .split('\n')
        .map((line) => (line === '' || line.startsWith('#') ? line : `${line} 1700000000`));
      const file = join(directory, 'metrics.txt');
      await writeFile(file, timed.join('\n'));
      const database = join(directory, 'database');
      // Not made by the first command, and missed by the second.
      await mkdir(join(database, 'wal'), { recursive: true });
      const create = ['tsdb', 'create-blocks-from', 'openmetrics', file, database];
      expect(await feed('promtool', create, '')).to.include({ code: 0 });
      const { stdout } = await feed('promtool', ['tsdb', 'dump', database], '');

      const samples = stdout.split('\n').flatMap(parseDumped);
      const hits = samples.filter(({ labels }) => labels.__name__ === 'hits_total');
      expect(pathsAndHosts(hits)).to.deep.equal(expectedPairs(awkward));
      const buckets = samples.filter(({ labels }) => labels.__name__ === 'answer_seconds_bucket');
      expect(buckets.map(({ labels }) => labels.le).sort()).to.deep.equal(['+Inf', '0.5']);
      expect(buckets[0]!.labels).to.include({ path: awkward[1], host: awkward[7] });
    });
  });

  describe('read by the Python library', () => {
    before(async function () {
      await needPythonParser(this);
    });

    for (const [format, render] of [
      ['prometheus', renderPrometheus],
      ['openmetrics', renderOpenMetrics],
    ] as const) {
      it(`are what was recorded: ${format}`, async () => {
        const snapshot = registryWith(awkward).snapshot();
        const parsed = await parseWithPython(format, render(snapshot));
        const [family] = parsed;
        expect(family?.help).to.equal(catalogue.families.hits.help);
        const hits = family!.samples.filter(({ name }) => name === 'hits_total');
        expect(pathsAndHosts(hits)).to.deep.equal(expectedPairs(awkward));
      });

      it(`are what was recorded, whatever it is: ${format}`, async () => {
        const anything = fc.uniqueArray(
          fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('\\', '\n', '"')),
          { minLength: 300, maxLength: 300 },
        );
        const survive = fc.asyncProperty(anything, async (values) => {
          const parsed = await parseWithPython(format, render(registryWith(values).snapshot()));
          const hits = parsed[0]!.samples.filter(({ name }) => name === 'hits_total');
          expect(pathsAndHosts(hits)).to.deep.equal(expectedPairs(values));
        });
        // Many values for one run of the parser, which takes long to start.
        await fc.assert(survive, { numRuns: 1, endOnFailure: true });
      });
    }
  });
});

/** A line of `promtool tsdb dump`: `{__name__="hits_total", path="a"} 1 1700000000000`. */
function parseDumped(line: string) {
  const [, list, value] = /^\{(.*)\} (\S+) \d+$/.exec(line) ?? [];
  if (list === undefined) return [];
  const labels: Record<string, string> = {};
  for (const [, name, quoted] of list.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)) {
    // Go's notation of strings; JSON has the same but for \x, which is one byte.
    labels[name!] = JSON.parse(quoted!.replace(/\\x(..)/g, '\\u00$1')) as string;
  }
  return [{ labels, value: Number(value) }];
}
