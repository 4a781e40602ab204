// The live page, opened in a browser and watched.

import { mkdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { inPackage } from './package-root.js';

export interface OpenedPage {
  readonly page: Page;
  /** What its console said, and what it threw. */
  readonly complaints: readonly string[];
  /** Where it asked for anything. */
  readonly requests: readonly string[];
  /** The content security policy that it came with. */
  readonly policy: string;
}

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Opens the page, and waits for its first values and charts. */
export async function openPage(
  browser: Browser,
  url: string,
  { colorScheme = 'light', width = 1280, height = 800 }: PageOptions = {},
): Promise<OpenedPage> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  const response = await page.goto(url);
  await page.waitForSelector('#connection[data-state="live"]');
  await page.waitForSelector('#panels canvas');
  return { page, complaints, requests, policy: response!.headers()['content-security-policy']! };
}

/** Keeps what the page looks like now in .cache/screenshots. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = inPackage('.cache', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Expects that axe has no objections, and that nothing stands out to the right. */
export async function expectAccessible(page: Page): Promise<void> {
  const { width } = page.viewportSize()!;
  expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
  // One row of a table is like the others, and there are hundreds.
  await page.fill('#filter', 'vsr_view');
  // Through the debugger: the page's own policy lets no other script in.
  await page.evaluate(readFileSync(inPackage('node_modules/axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
  );
  expect(violations).to.deep.equal([]);
}

/** The texts of a row of a table, by what its columns are called. */
export async function rowOf(
  page: Page,
  section: string,
  key: string,
): Promise<Record<string, string>> {
  const titles = await page.locator(`${section} thead th`).allTextContents();
  const texts = await page.locator(`${section} tr[data-key="${key}"] > *`).allTextContents();
  return Object.fromEntries(titles.map((title, column) => [title, texts[column] ?? '']));
}
