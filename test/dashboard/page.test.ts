// The live page in a browser, of a registry that is recorded into here.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { vsr } from '../../lib/catalogues/index.js';
import { assetPaths } from '../../lib/dashboard/assets.js';
import { createDashboard, type Dashboard, programName } from '../../lib/dashboard/index.js';
import { createRegistry } from '../../lib/index.js';
import { openBrowser } from '../support/browser.js';
import { openPage } from '../support/page.js';

const replicas = ['0', '1', '2'] as const;

describe('the live page @slow', function () {
  this.timeout(120_000);
  const registry = createRegistry({ catalogue: vsr });
  const { metrics } = registry;
  let dashboard: Dashboard;
  let server: Server;
  let url: string;
  let browser: Browser | undefined;
  let recording: NodeJS.Timeout;
  /** Replicas that record nothing for now. */
  const silent = new Set<string>();

  function record(): void {
    for (const replica_id of replicas) {
      if (silent.has(replica_id)) continue;
      metrics.operations.with({ replica_id, status: 'success' }).inc(10 + Number(replica_id));
      metrics.messagesSent.with({ replica_id, message_type: 'Ping' }).inc();
      for (let step = 1; step <= 50; step++) {
        metrics.clientLatency.with({ replica_id }).record(step * (1 + Number(replica_id)));
        metrics.prepareLatency.with({ replica_id }).record(step / 10);
      }
    }
  }

  async function listen(port: number): Promise<void> {
    dashboard = createDashboard({ registry });
    server = createServer((request, response) => {
      if (!dashboard.handle(request, response)) response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async function stop(): Promise<void> {
    dashboard.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  before(async function () {
    browser = await openBrowser(this);
    for (const replica_id of replicas) {
      metrics.replicaStatus.with({ replica_id }).set(0);
      metrics.viewNumber.with({ replica_id }).set(4);
      metrics.opNumber.with({ replica_id }).set(12_400 + Number(replica_id));
      metrics.clusterSize.with({ replica_id }).set(3);
      metrics.quorumSize.with({ replica_id }).set(2);
      metrics.commitNumber.with({ replica_id }).set(12_300 - Number(replica_id));
    }
    record();
    recording = setInterval(record, 100);
    await listen(0);
  });

  after(async () => {
    clearInterval(recording);
    await browser?.close();
    await stop();
    registry.close();
  });

  const open = () => openPage(browser!, url);

  function cellOf(page: Page, replica: string, column: number): Promise<string | null> {
    const row = `#replicas tr[data-key="replica_id=${replica}"]`;
    return page.locator(`${row} > :nth-child(${column})`).textContent();
  }

  it('shows the values of the API', async () => {
    const { page } = await open();
    for (const replica of replicas) {
      const shown = [2, 4, 7, 5].map((column) => cellOf(page, replica, column));
      const expected = ['normal', '4', String(12_400 + Number(replica)), replica];
      expect(await Promise.all(shown)).to.deep.equal(expected);
    }
    expect(await cellOf(page, '1', 3)).to.equal('leader');
    clearInterval(recording);
    const values = (await (await fetch(`${url}api/v1/values`)).json()) as {
      families: { name: string; series: { labels: object; value?: number; count?: number }[] }[];
    };
    const expected = values.families.flatMap(({ name, series }) =>
      series.map(({ labels, value, count }) => {
        const names = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
        return [name, names.join(' '), String(value ?? count)];
      }),
    );
    await page.fill('#filter', 'vsr_operations_total replica_id=2 success');
    const total = expected.find(
      ([name, labels]) =>
        name === 'vsr_operations_total' && labels!.includes('replica_id=2 status=s'),
    )!;
    await page.waitForSelector(`#series tbody td:text-is("${total[2]}")`);
    await page.fill('#filter', 'vsr_');
    const rows = await page
      .locator('#series tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [...row.children].slice(0, 3).map(({ textContent }) => textContent)),
      );
    const resources = /memory|cpu|disk|network/;
    const steady = (list: readonly (readonly (string | null)[])[]) =>
      list.filter(([name]) => !resources.test(name!));
    expect(rows.length).to.be.above(20);
    // Histograms of several replicas are there together, too.
    const [own, together] = [rows.filter(([, labels]) => labels !== 'all together'), rows];
    expect(together.length).to.be.above(own.length);
    for (const row of steady(own)) expect(expected).to.deep.include(row);
    recording = setInterval(record, 100);
  });

  it('shows a fault within three seconds', async () => {
    const { page } = await open();
    metrics.replicaStatus.with({ replica_id: '2' }).set(2);
    metrics.checksumFailures.with({ replica_id: '2', component: 'log' }).inc(7);
    const row = page.locator('#replicas tr[data-key="replica_id=2"]');
    await row.getByText('recovering').waitFor({ timeout: 3000 });
    expect(await cellOf(page, '2', 14)).to.equal('7');
    await page.locator('#health').getByText('2 of 3 well').waitFor({ timeout: 3000 });
    metrics.replicaStatus.with({ replica_id: '2' }).set(0);
  });

  it('notices one that has fallen silent, whatever its status says', async () => {
    const { page } = await open();
    await page.waitForTimeout(1500);
    silent.add('1');
    const row = page.locator('#replicas tr[data-key="replica_id=1"]');
    await row.getByText('silent').waitFor({ timeout: 6000 });
    // The verdict names who is sick, and why.
    const verdict = page.locator('#verdict');
    await verdict
      .getByText(
        /2 of 3 well, replica 1 has been silent for \d s \(was normal\), 1 operation behind/,
      )
      .waitFor();
    await verdict.getByText('nobody leads').waitFor();
    silent.delete('1');
    await row.getByText('normal', { exact: true }).waitFor({ timeout: 3000 });
    // Who leads is told among the changes.
    const changes = page.locator('#changes tbody tr', { hasText: 'leader' });
    expect((await changes.allTextContents()).join()).to.include('replica 1 → nobody');
  });

  it('shows histograms of all replicas together, and replicas in the same colour everywhere', async () => {
    const { page } = await open();
    const latency = page.locator('section[aria-label="Latency over time"] tbody th');
    await latency.getByText('p99.9').waitFor();
    expect(await latency.allTextContents()).to.deep.equal(['p50', 'p95', 'p99', 'p99.9']);
    const swatches = async (title: string) => {
      const rows = page.locator(`section[aria-label^="${title}"] tbody th`);
      await rows.getByText('replica 2', { exact: true }).first().waitFor();
      const all = await rows.evaluateAll((cells) =>
        cells.map((cell) => [cell.textContent!, cell.querySelector('i')!.className] as const),
      );
      return Object.fromEntries(all.filter(([name]) => /^replica \d$/.test(name)));
    };
    const expected = {
      'replica 0': 'swatch series-0',
      'replica 1': 'swatch series-1',
      'replica 2': 'swatch series-2',
    };
    expect(await swatches('State')).to.deep.equal(expected);
    expect(await swatches('Percentile curve')).to.deep.equal(expected);
    expect(await swatches('Throughput')).to.deep.include(expected);
    // The past is estimated, and says so.
    await page
      .locator('section[aria-label="Latency over time"] .estimate')
      .getByText(/estimated from buckets/)
      .waitFor();
  });

  it('names the program, and has no words one below the other on a narrow screen', async () => {
    const { page } = await openPage(browser!, url, { width: 390, height: 844 });
    await page.locator('#verdict strong').getByText('Healthy').waitFor();
    expect(await page.title()).to.match(/^Healthy: \S+ – vsr-metrics$/);
    expect(await page.locator('h1').textContent()).to.equal(programName());
    // The value column is seen without a swipe, and messages have room.
    await page.fill('#filter', 'vsr_operations_total replica_id=2 success');
    const value = page.locator('#series tbody td').nth(1);
    const box = (await value.boundingBox())!;
    expect(box.x + box.width).to.be.at.most(390);
    const message = (await page.locator('#health tbody td:nth-child(3)').first().boundingBox())!;
    expect(message.width).to.be.at.least(200);
  });

  it('draws percentiles and rates of one replica when it is chosen', async () => {
    const { page } = await open();
    await page.waitForSelector('#replica option[value="1"]', { state: 'attached' });
    await page.selectOption('#replica', '1');
    const legend = page.locator('section[aria-label="Latency over time"] tbody th');
    await legend.getByText('p99.9').waitFor();
    expect(await legend.allTextContents()).to.deep.equal(['p50', 'p95', 'p99', 'p99.9']);
    // The curves of all three stand there until the one has come.
    const curves = page.locator('section[aria-label^="Percentile curve"]');
    await curves.getByText('replica 0').waitFor({ state: 'detached' });
    const curve = curves.locator('tbody td');
    const [median] = await curve.allTextContents();
    // Of 2, 4, ... 100.
    expect(median).to.match(/^(49|50|51)(\.\d+)? ms$/);
  });

  it('says when the connection is lost, and goes on when it is back', async () => {
    const { page } = await open();
    const tile = page.locator('.tile', { hasText: 'Throughput' });
    await tile.locator('.value').getByText(/\d/).waitFor();
    const { port } = server.address() as AddressInfo;
    await stop();
    await page.waitForSelector('#connection[data-state="lost"]', { timeout: 10_000 });
    expect(await page.locator('#connection').textContent()).to.include('connection lost');
    // What was true then is not shown as if it were now.
    expect(await page.locator('#verdict strong').textContent()).to.equal('Unknown');
    expect(await page.locator('#verdict').textContent()).to.match(/connection lost.* is of \d\d:/);
    expect(await tile.locator('.value').textContent()).to.equal('–');
    expect(await tile.locator('.more').textContent()).to.match(/^[\d.]+ \/s at \d\d:\d\d:\d\d$/);
    expect(await page.title()).to.include('Unknown');
    metrics.opNumber.with({ replica_id: '0' }).set(77_777);
    await listen(port);
    await page.waitForSelector('#connection[data-state="live"]', { timeout: 20_000 });
    await page.locator('#replicas').getByText('77777').waitFor();
  });

  it('asks for nothing from elsewhere, complains of nothing, and allows nothing inline', async () => {
    const { page, complaints, requests, policy } = await open();
    await page.waitForTimeout(2000);
    expect(complaints).to.deep.equal([]);
    expect(requests.filter((each) => !each.startsWith(url) && each !== 'data:,')).to.deep.equal([]);
    expect(policy).to.include("default-src 'none'").and.not.to.include('unsafe');
  });

  it('is smaller than 200 kB', async () => {
    let bytes = 0;
    for (const path of assetPaths) {
      const response = await fetch(new URL(path, url));
      expect(response.status, path).to.equal(200);
      bytes += (await response.arrayBuffer()).byteLength;
    }
    expect(bytes).to.be.within(50_000, 200_000);
  });
});
