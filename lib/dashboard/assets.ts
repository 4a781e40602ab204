// The files of the page, read when the page is first asked for.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface Asset {
  readonly contentType: string;
  readonly body: Uint8Array;
}

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const modules = [
  'changes',
  'chart',
  'colours',
  'dom',
  'families',
  'format',
  'health',
  'lines',
  'main',
  'members',
  'panels',
  'queries',
  'series-table',
  'store',
  'tiles',
];

const { resolve } = createRequire(import.meta.url);

/** A fixed table: no path of a request ever names a file. */
const files: Readonly<
  Record<string, { readonly contentType: string; readonly path: () => URL | string }>
> = {
  '/': { contentType: 'text/html; charset=utf-8', path: () => own('index.html') },
  '/page/style.css': { contentType: style, path: () => own('style.css') },
  '/page/uplot.css': { contentType: style, path: () => resolve('uplot/dist/uPlot.min.css') },
  '/page/uplot.js': { contentType: script, path: () => resolve('uplot/dist/uPlot.iife.min.js') },
  ...Object.fromEntries(
    modules.map((name) => [
      `/page/${name}.js`,
      { contentType: script, path: () => own(`${name}.js`) },
    ]),
  ),
};

const loaded = new Map<string, Asset>();

/** All paths that there is a file for. */
export const assetPaths: readonly string[] = Object.keys(files);

/** The file that stands at a path of the server. */
export function assetAt(path: string): Asset | undefined {
  if (!Object.hasOwn(files, path)) return undefined;
  let asset = loaded.get(path);
  if (asset === undefined) {
    const { contentType, path: where } = files[path]!;
    asset = { contentType, body: readFileSync(where()) };
    loaded.set(path, asset);
  }
  return asset;
}

function own(name: string): URL {
  return new URL(`./page/${name}`, import.meta.url);
}
