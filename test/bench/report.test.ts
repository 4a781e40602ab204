// The page of `npm run bench -- --html`, in a browser.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { readReports } from '../../bench/documents/generate.js';
import { compare } from '../../bench/harness/compare.js';
import { formatAmount } from '../../bench/harness/format.js';
import { readResults } from '../../bench/harness/results-file.js';
import { renderPage } from '../../bench/report/page.js';
import { openBrowser } from '../support/browser.js';
import { inPackage } from '../support/package-root.js';
import { runProgram } from '../support/processes.js';

describe('page of benchmark results @slow', function () {
  this.timeout(120_000);
  const reference = 'vsr-metrics';
  const [report] = readReports(inPackage(''));
  let browser: Browser | undefined;
  let folder: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-page-'));
    browser = await openBrowser(this);
  });

  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  async function open(text: string, colorScheme: 'light' | 'dark' = 'light') {
    const path = join(folder, 'report.html');
    await writeFile(path, text);
    const page = await browser!.newPage({ colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${path}`);
    return { page, complaints, requests, url: `file://${path}` };
  }

  it('asks for nothing but itself and complains of nothing', async () => {
    const { page, complaints, requests, url } = await open(renderPage(report!, reference));
    await page.waitForLoadState('networkidle');
    expect(complaints).to.deep.equal([]);
    expect(requests.filter((request) => !request.startsWith('data:'))).to.deep.equal([url]);
  });

  it('shows every result of the report, with its value', async () => {
    const { page } = await open(renderPage(report!, reference));
    const single = report!.results.filter(({ group }) => !group.endsWith('-scaling'));
    for (const { group, threads, results } of compare(single, reference)) {
      const bars = page.locator(`figure[data-group="${group}"][data-threads="${threads}"] .bar`);
      const shown = await bars.evaluateAll((elements) =>
        elements.map((bar) => [
          bar.getAttribute('data-peer'),
          bar.getAttribute('data-value'),
          bar.querySelector('.value')!.textContent,
          bar.querySelector('rect')!.getBoundingClientRect().width > 0,
        ]),
      );
      const expected = results.map(({ peer, median, unit, ratio: _ }) => [
        peer,
        String(median),
        formatAmount(median, unit),
        true,
      ]);
      expect(
        shown.map(([peer, value, text, isDrawn]) => [
          peer,
          value,
          String(text).split('  ')[0],
          isDrawn,
        ]),
      ).to.deep.equal(expected);
    }
  });

  it('draws longer bars for what takes longer', async () => {
    const { page } = await open(renderPage(report!, reference));
    const widths = await page
      .locator('figure[data-group="counter"] .bar rect')
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    expect(widths.length).to.be.above(3);
    expect(widths).to.deep.equal([...widths].sort((left, right) => left - right));
  });

  it('draws the curves of percentiles and of threads', async () => {
    const { page } = await open(renderPage(report!, reference));
    const curves = await page
      .locator('figure.curves')
      .evaluateAll((figures) =>
        figures.map((figure) => [
          figure.getAttribute('data-group'),
          [...figure.querySelectorAll('.curve')].map((curve) => [
            curve.getAttribute('data-peer'),
            curve.querySelector('polyline')!.points.numberOfItems,
          ]),
        ]),
      );
    expect(curves.map(([group]) => group)).to.have.members([
      'single-records',
      'counter-scaling',
      'histogram-scaling',
    ]);
    for (const [group, lines] of curves as Array<[string, Array<[string, number]>]>) {
      const peers = report!.results.filter((each) => each.group === group).map(({ peer }) => peer);
      expect(lines.map(([peer]) => peer)).to.have.members([...new Set(peers)]);
      for (const [, points] of lines) expect(points).to.be.at.least(4);
    }
  });

  it('shows a verdict on every limit', async () => {
    const { page } = await open(renderPage(report!, reference));
    const shown = await page
      .locator('tr[data-limit]')
      .evaluateAll((rows) =>
        rows.map((row) => [row.getAttribute('data-limit'), row.getAttribute('data-value')]),
      );
    expect(shown).to.deep.equal(
      report!.limits.map(({ what, measured }) => [
        what,
        measured === undefined ? null : String(measured),
      ]),
    );
  });

  it('is light or dark as the system is', async () => {
    const text = renderPage(report!, reference);
    const grounds = await Promise.all(
      (['light', 'dark'] as const).map(async (scheme) => {
        const { page } = await open(text, scheme);
        return page.evaluate('getComputedStyle(document.body).backgroundColor');
      }),
    );
    expect(grounds).to.deep.equal(['rgb(255, 255, 255)', 'rgb(18, 21, 26)']);
  });

  it('is what the command writes', async () => {
    const program = fileURLToPath(new URL('../../bench/main.js', import.meta.url));
    const [json, html] = [join(folder, 'results.json'), join(folder, 'written.html')];
    const few = ['--filter', 'counter-amounts: ', '--trials', '1', '--seconds', '0.001'];
    const outputs = ['--retries', '0', '--json', json, '--html', html];
    const { code, stderr } = await runProgram(process.execPath, [program, ...few, ...outputs]);
    expect(code, stderr).to.equal(0);
    const written = readResults(json);
    expect(written.results.map(({ peer }) => peer)).to.have.members([
      'vsr-metrics',
      'Float64Array += n',
    ]);
    expect(await readFile(html, 'utf8')).to.equal(renderPage(written, reference));
  });
});
