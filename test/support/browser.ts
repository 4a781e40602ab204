// A browser of this machine, for tests of pages.

import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import type { Browser } from 'playwright-core';
import { feed, lacking } from '../exposition/programs.js';

const names = ['chromium', 'google-chrome'];

/** In `before`: a browser of this machine, driven from here. */
export async function openBrowser(context: Context): Promise<Browser> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(directory, name);
      if ((await feed(path, ['--version'], '')).code !== 0) continue;
      const { chromium } = await import('playwright-core');
      const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
      const silent = ['--disable-background-networking', '--disable-component-update'];
      return chromium.launch({
        executablePath: path,
        args: [...args, ...silent, '--disable-sync'],
      });
    }
  }
  return lacking(context, 'a browser (Debian: chromium)') as never;
}
