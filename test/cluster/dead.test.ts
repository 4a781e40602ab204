// What is dead is not shown as alive: the files of programs that were killed.

import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { createClusterSource, type RunningServer, startServer } from '../../lib/server/index.js';
import { kill, startReplica } from '../cli/command-line.js';
import { get } from '../server/requests.js';
import { newFile, removeAll } from '../sharing/processes.js';
import { openBrowser } from '../support/browser.js';
import { openPage } from '../support/page.js';

describe('files of a cluster whose programs were killed @slow', function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let server: RunningServer | undefined;
  let source: ReturnType<typeof createClusterSource> | undefined;

  before(async function () {
    browser = await openBrowser(this);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await source?.close();
    removeAll();
  });

  it('have a status of who led last, are not ready, and do nothing any more', async () => {
    const files = ['0', '1', '2'].map((id) => [id, newFile()] as const);
    const children = await Promise.all(files.map(([id, file]) => startReplica(file, id)));
    source = createClusterSource({
      sources: Object.fromEntries(files.map(([id, file]) => [`replica-${id}`, file])),
    });
    server = await startServer({ source, health: source, port: 0 });
    const { page } = await openPage(browser!, new URL('/', server.url).href);
    const verdict = page.locator('#verdict');
    const word = verdict.locator('strong');
    await word.getByText('Healthy').waitFor();
    const throughput = page.locator('.tile', { hasText: 'Throughput' }).locator('.value');
    await throughput.getByText(/^[1-9]\d* \/s$/).waitFor();

    await Promise.all(children.map((child) => kill(child)));
    const path = (of: string) => new URL(of, server!.url);
    // In view 7 of three replicas it is replica 1 that leads.
    const { json } = await get(path('/status'));
    expect(json).to.include({ node_id: 2, status: 'dead', is_leader: false, healthy_replicas: 0 });
    const ready = await get(path('/health/ready'));
    expect(ready.status).to.equal(503);
    expect(ready.json.reasons).to.include('replica 1 is dead (was normal)');
    expect((await get(path('/health'))).status).to.equal(503);

    await word.getByText('Unhealthy').waitFor({ timeout: 5000 });
    expect(await verdict.textContent()).to.include('replica 0 is dead (was normal)');
    await throughput.getByText(/^0 \/s$/).waitFor({ timeout: 5000 });
  });
});
