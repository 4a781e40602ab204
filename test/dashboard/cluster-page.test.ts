// The page of a cluster that really runs, through the server. Its screenshots are kept in
// .cache/screenshots.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { runFault } from '../../examples/vsr-cluster/cluster/fault-commands.js';
import { Cluster } from '../../examples/vsr-cluster/cluster/launcher.js';
import { createHealthChecks, type HealthChecks } from '../../lib/health/index.js';
import {
  type ClusterSource,
  createClusterSource,
  type RunningServer,
  startServer,
} from '../../lib/server/index.js';
import { openBrowser } from '../support/browser.js';
import { expectAccessible, keepScreenshot, openPage, rowOf } from '../support/page.js';
import { until } from '../support/until.js';

const ids = ['0', '1', '2'];
/** From a fault to its being on the screen. */
const soon = { timeout: 3000 };
/** What the cluster itself may take for a fault, on a machine that others use, too. */
const patience = 90_000;

interface ValuesDocument {
  readonly families: readonly {
    readonly name: string;
    readonly series: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly value?: number;
    }[];
  }[];
}

describe('the live page of a cluster @slow', function () {
  this.timeout(240_000);
  let browser: Browser;
  let cluster: Cluster;
  let server: RunningServer;
  let health: HealthChecks;
  let folder: string;
  let isDiskFull = false;
  let url: string;

  const status = (id: number) =>
    cluster.registry.snapshot().value('vsr_replica_status', { replica_id: String(id) });
  const isWell = () => cluster.primary !== undefined && ids.every((id) => status(Number(id)) === 0);

  before(async function () {
    browser = await openBrowser(this);
    folder = mkdtempSync(join(tmpdir(), 'vsr-page-'));
    const metricsFile = join(folder, 'metrics');
    // The folder may be on a disk, the file of a registry may not.
    const file = `/dev/shm/${folder.split('/').at(-1)}.metrics`;
    cluster = await Cluster.start({ replicas: 3, rate: 200, data: metricsFile, metricsFile: file });
    health = createHealthChecks({ everyMs: 500 });
    health.add('disk', () =>
      isDiskFull ? { status: 'unhealthy', message: '0 % are left' } : undefined,
    );
    server = await startServer({ registry: cluster.registry, health, port: 0 });
    url = new URL('/', server.url).href;
    await until(() => isWell() && cluster.load.answered > 500, patience);
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  after(async () => {
    await server?.close();
    health?.close();
    await cluster?.stop({ data: false, file: false });
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    await browser?.close();
  });

  const replica = (page: Page, id: number | string) => rowOf(page, '#replicas', `replica_id=${id}`);

  it('says at once that all is well, and how fast it goes', async () => {
    const { page, complaints, requests } = await openPage(browser, url);
    await page.locator('#verdict strong').getByText('Healthy').waitFor();
    const leader = `replica ${cluster.primary}`;
    expect(await page.locator('#verdict').textContent()).to.include(`${leader} leads in view`);
    for (const title of ['Throughput', 'Latency, p99', 'Replica lag', 'Errors', 'Memory']) {
      const value = page.locator('.tile', { hasText: title }).locator('.value');
      await value.getByText(/\d/).waitFor();
      expect(await value.textContent(), title).to.match(/^[\d.]+k?( [\w/%µ]+)?$/);
    }
    expect((await replica(page, cluster.primary!)).role).to.equal('leader');
    expect(complaints).to.deep.equal([]);
    expect(requests.filter((each) => !each.startsWith(url) && each !== 'data:,')).to.deep.equal([]);
  });

  it('has on its screen what the API has', async () => {
    const { page } = await openPage(browser, url);
    // Without requests the numbers stand still.
    cluster.setRate(0);
    const numberOf = async (name: string, id: string): Promise<string> => {
      const values = (await (await fetch(`${url}api/v1/values`)).json()) as ValuesDocument;
      const { series } = values.families.find((family) => family.name === name)!;
      return String(series.find(({ labels }) => labels.replica_id === id)!.value);
    };
    await page.waitForTimeout(1500);
    const columns = [
      ['view', 'vsr_view_number'],
      ['op', 'vsr_op_number'],
      ['commit', 'vsr_commit_number'],
      ['rejected', 'vsr_byzantine_rejections_total'],
    ] as const;
    for (const id of ids) {
      for (const [title, name] of columns) {
        const isSame = async () => (await replica(page, id))[title] === (await numberOf(name, id));
        const end = performance.now() + 15_000;
        while (!(await isSame()) && performance.now() < end) await page.waitForTimeout(200);
        expect((await replica(page, id))[title], `${title} of ${id}`).to.equal(
          await numberOf(name, id),
        );
      }
    }
    cluster.setRate(200);
    await until(isWell, patience);
  });

  it('shows within three seconds that a replica is cut off', async () => {
    const { page } = await openPage(browser, url);
    const cut = (cluster.primary! + 1) % 3;
    const row = page.locator(`#replicas tr[data-key="replica_id=${cut}"]`);
    runFault(cluster, `partition ${cut}`);
    await until(() => status(cut) !== 0, patience);
    await row.getByText('view_change').waitFor(soon);
    await page.locator('#verdict strong').getByText('Degraded').waitFor(soon);
    expect(await page.locator('#verdict').textContent()).to.include('2 of 3 well');
    runFault(cluster, 'heal');
    await until(isWell, patience);
    await row.getByText('normal', { exact: true }).waitFor(soon);
    await page.locator('#verdict strong').getByText('Healthy').waitFor(soon);
    // What happened meanwhile can be read afterwards.
    const changes = page.locator('#changes tbody tr', { hasText: `replica ${cut}` });
    expect((await changes.allTextContents()).join()).to.include('normal → view_change');
  });

  it('shows within three seconds that the leader was killed', async () => {
    const { page } = await openPage(browser, url);
    const killed = cluster.primary!;
    await page.waitForTimeout(1500);
    runFault(cluster, `kill ${killed}`);
    // Either the others elect another one before it is noticed, or it is silent, or it is back.
    const trace = page.locator('#verdict', { hasText: /Degraded|Unhealthy/ });
    const elected = page.locator('#verdict', { hasText: `replica ${(killed + 1) % 3} leads` });
    await trace.or(elected).first().waitFor(soon);
    await until(isWell, patience);
    await page.locator('#verdict strong').getByText('Healthy').waitFor(soon);
    // Who led before and who leads now is told, and views of the cluster alone.
    const changes = page.locator('#changes tbody tr');
    await changes
      .getByText(`replica ${killed} →`)
      .or(changes.getByText('→ replica'))
      .first()
      .waitFor(soon);
    const views = await changes.filter({ hasText: 'view' }).allTextContents();
    expect(
      views.filter((text) => text.includes('replica') && !text.includes('status')),
    ).to.deep.equal([]);
  });

  it('shows within three seconds that a check fails, not by colour alone', async () => {
    const { page } = await openPage(browser, url);
    expect(await rowOf(page, '#health', 'check disk')).to.include({ status: 'healthy' });
    isDiskFull = true;
    await page.locator('#verdict strong').getByText('Unhealthy').waitFor(soon);
    const row = await rowOf(page, '#health', 'check disk');
    expect(row).to.include({ check: 'disk', status: 'unhealthy', message: '0 % are left' });
    expect(row.age).to.match(/^[\d.]+ m?s$/);
    expect(await page.locator('#verdict').textContent()).to.include('disk: unhealthy');
    isDiskFull = false;
    await page.locator('#verdict strong').getByText('Healthy').waitFor(soon);
  });

  it('stands still while it is paused, and has what happened meanwhile', async () => {
    const { page } = await openPage(browser, url);
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.waitForTimeout(1200);
    const before = await replica(page, '0');
    await page.waitForTimeout(2500);
    expect(await replica(page, '0')).to.deep.equal(before);
    await page.getByRole('button', { name: 'Go on' }).press('Enter');
    await page.locator('#replicas td').getByText(before.op!, { exact: true }).first().waitFor({
      state: 'detached',
    });
  });

  it('can be read through with the keyboard', async () => {
    const { page } = await openPage(browser, url);
    const chart = page.getByRole('img', { name: /^Latency over time: chart/ });
    await chart.focus();
    const title = page.locator('section[aria-label="Latency over time"] thead th').nth(1);
    expect(await title.textContent()).to.equal('now');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await title.textContent()).to.match(/^\d\d:\d\d:\d\d$/);
    await page.keyboard.press('Tab');
    expect(await title.textContent()).to.equal('now');
    await page.locator('#replica').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('#series-count').waitFor();
    expect(await page.locator('#replica').inputValue()).to.equal('0');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
    ] as const) {
      it(`has nothing that axe objects to, ${colorScheme}, ${width} pixels wide`, async () => {
        const { page } = await openPage(browser, url, { colorScheme, width, height });
        await page.waitForTimeout(1500);
        await keepScreenshot(page, `cluster-${colorScheme}-${width}`);
        await expectAccessible(page);
      });
    }
  }

  describe('of several servers', () => {
    let source: ClusterSource;
    let merged: RunningServer;

    before(async () => {
      source = createClusterSource({
        sources: { here: server.url, nowhere: 'http://127.0.0.1:2' },
      });
      merged = await startServer({ source, health: source, port: 0 });
    });

    after(async () => {
      await merged?.close();
      source?.close();
    });

    it('shows them all, and which cannot be reached', async () => {
      const { page, complaints } = await openPage(browser, new URL('/', merged.url).href);
      await page.locator('#health').getByText('cannot be read').waitFor();
      expect(await rowOf(page, '#health', 'check nowhere')).to.include({ status: 'unhealthy' });
      expect(await rowOf(page, '#health', 'check here')).to.include({ status: 'healthy' });
      const row = await rowOf(page, '#replicas', 'file=here replica_id=1');
      expect(row.status).to.equal('normal');
      // The past of the other server is drawn here too.
      const drawn = page.locator('section[aria-label="Latency over time"] tbody td');
      await drawn
        .getByText(/\d [mµ]?s$/)
        .first()
        .waitFor();
      await keepScreenshot(page, 'several-servers');
      expect(complaints).to.deep.equal([]);
    });
  });
});
