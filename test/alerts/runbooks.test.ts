// Runbooks are what the alerts say, their links lead somewhere, and what they tell people to paste works.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { mistakesIn } from '../../lib/alerts/lint/expressions.js';
import { parseArguments } from '../../lib/cli/arguments.js';
import { commands } from '../../lib/cli/commands.js';
import { parse } from '../../lib/promql/parser.js';
import { checkTypes } from '../../lib/promql/types.js';
import { feed, needPromtool } from '../exposition/programs.js';
import { inPackage } from '../support/package-root.js';
import { allRules } from './systems.js';

interface Support {
  readonly runbookFiles: () => Promise<Map<string, string>>;
  readonly alertsDocument: (text: string) => Promise<string>;
}

const read = (...parts: string[]) => readFileSync(inPackage(...parts), 'utf8');
const names = readdirSync(inPackage('docs', 'runbooks'));
const documents = new Map([
  ...names.map((name) => [join('docs', 'runbooks', name), read('docs', 'runbooks', name)] as const),
  ...['alerts.md', 'incident-response.md', 'troubleshooting.md'].map(
    (name) => [join('docs', name), read('docs', name)] as const,
  ),
]);

/** The blocks of a language, with the document that each stands in. */
function blocksOf(language: string): { readonly file: string; readonly text: string }[] {
  const pattern = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms');
  return [...documents].flatMap(([file, text]) =>
    Array.from(text.matchAll(pattern), ([, block]) => ({ file, text: block!.trim() })),
  );
}

describe('runbooks', () => {
  let support: Support;

  before(async () => {
    support = (await import(
      pathToFileURL(inPackage('scripts', 'support', 'runbooks.mjs')).href
    )) as Support;
  });

  it('are what the alerts say: otherwise run npm run docs:runbooks', async () => {
    const expected = await support.runbookFiles();
    expect(names).to.have.members([...expected.keys()]);
    for (const [name, text] of expected)
      expect(read('docs', 'runbooks', name), name).to.equal(text);
  });

  it('have a table in docs/alerts.md that is up to date', async () => {
    const text = read('docs', 'alerts.md');
    expect(text).to.equal(await support.alertsDocument(text));
  });

  it('are where the rules say', async () => {
    for (const { alerts } of await allRules()) {
      for (const { annotations } of alerts) {
        const url = annotations.runbook_url!;
        expect(url).to.match(
          /^https:\/\/unpkg\.com\/vsr-metrics@\d+\.\d+\.\d+\/docs\/runbooks\/\w+\.md$/,
        );
        expect(existsSync(inPackage(url.slice(url.indexOf('/docs/') + 1))), url).to.equal(true);
      }
    }
  });

  it('have an entry for every error code', () => {
    const codes = [...read('lib', 'core', 'errors.ts').matchAll(/^ {2}\| '(VSR_METRICS_\w+)'/gm)];
    expect(codes).to.have.length.above(20);
    const entries = read('docs', 'runbooks', 'errors.md');
    for (const [, code] of codes) expect(entries).to.include(`\n## ${code}\n`);
  });

  it('link to what is there', () => {
    for (const [file, text] of documents) {
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)) {
        const path = inPackage(dirname(file), target!);
        expect(existsSync(path), `${file} links to ${target}`).to.equal(true);
      }
    }
  });

  it('lead from every alert of a failure mode to a runbook, and name every critical one of VSR', async () => {
    const text = documents.get(join('docs', 'incident-response.md'))!;
    const [vsr] = await allRules();
    const critical = vsr!.alerts.filter(({ severity }) => severity === 'critical');
    for (const { key } of critical) expect(text).to.include(`(runbooks/${key}.md)`);
  });

  it('ask for series that there are', () => {
    const about = { isAlert: false, forMs: 0, recorded: new Set<string>() };
    const queries = blocksOf('promql');
    expect(queries.length).to.be.above(200);
    for (const { file, text } of queries) {
      const expression = parse(text);
      checkTypes(expression, text);
      const found = mistakesIn(expression, about).filter(({ rule }) => rule !== 'bare-counter');
      expect(
        found.map(({ message }) => message),
        `${file}: ${text}`,
      ).to.deep.equal([]);
    }
  });

  it('ask what Prometheus understands', async function () {
    this.timeout(60_000);
    await needPromtool(this);
    const queries = [...new Set(blocksOf('promql').map(({ text }) => text))];
    const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-queries-'));
    const file = join(folder, 'queries.yml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { code, stdout, stderr } = await feed('promtool', ['check', 'rules', file], '');
    await rm(folder, { recursive: true });
    expect(code, `${stdout}${stderr}`).to.equal(0);
    expect(stdout).to.include(`${queries.length} rules found`);
  });

  it('give commands that there are', () => {
    const lines = blocksOf('sh').flatMap(({ file, text }) =>
      text.split('\n').map((line) => ({ file, line: line.replace(/ +#.*$/, '').trim() })),
    );
    expect(lines.length).to.be.above(50);
    for (const { file, line } of lines) {
      const [program, ...args] = line.replace(/ > \S+$/, '').split(' ');
      if (program === 'npx') {
        expect(args.shift(), file).to.equal('vsr-metrics');
        const command = commands.find(({ name }) => name === args[0]);
        expect(command, `${file}: ${line}`).not.to.equal(undefined);
        parseArguments(command!, args.slice(1));
      } else if (program === 'curl') {
        expect(line, file).to.match(
          /^curl -s http:\/\/localhost:9464\/(health|health\/live|health\/ready|status|metrics)$/,
        );
      } else {
        expect(['cp', 'df', 'dmesg', 'ps', 'ss', 'timedatectl'], `${file}: ${line}`).to.include(
          program,
        );
      }
    }
  });
});
