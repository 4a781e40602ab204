// The package and prom-client itself, side by side: whatever is done to one is done to the other.

import { createRequire } from 'node:module';
import { inspect } from 'node:util';

const require = createRequire(import.meta.url);

/** Either package, as a program written for prom-client sees it. */
export type Client = typeof import('prom-client');

/** A registry of text; those of OpenMetrics are made of it too. */
export type Registry = import('prom-client').Registry;

export const theirs = require('prom-client') as Client;
export const ours = require('../../../lib/compat/prom-client/index.cjs') as unknown as Client;

/** What a call did: what it returned, or what it threw. */
export async function outcome(call: () => unknown): Promise<string> {
  try {
    return inspect(await call(), { depth: 9, breakLength: 200, maxArrayLength: null });
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

/** Everything a registry shows, in all its forms. */
export async function shown(registry: Registry): Promise<string[]> {
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const texts = [await registry.metrics()];
  for (const name of names) {
    texts.push(await outcome(() => registry.getSingleMetricAsString(name)));
  }
  // Last: prom-client keeps the default labels that it adds here.
  texts.push(JSON.stringify(await registry.getMetricsAsJSON(), undefined, 1));
  return texts;
}
