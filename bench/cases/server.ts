// Scrapes of a server over HTTP, of 15,000 series in ten families: the whole page, and what `name[]`
// selects of it; one client, and fifty that ask together. The server runs in its own thread, as it does
// by default; the clients run here. A hundredth of it in very short trials.

import { Agent, get } from 'node:http';
import { defineCase } from '../harness/javascript-case.js';
import { ours } from '../harness/versions.js';

const familyCount = 10;
const seriesCount = 15_000;
/** Below so many seconds a trial is there to show that everything runs. */
const leastSeconds = 0.05;

const familyNames = Array.from({ length: familyCount }, (_, index) => `served_${index}_total`);

/** What is asked for, and which families the answer must have. */
const selections: Readonly<Record<string, readonly string[]>> = {
  'vsr-metrics, the whole page': [],
  'vsr-metrics, one family by name[]': [familyNames[3]!],
  'vsr-metrics, every family by name[]': familyNames,
};

const clients: Readonly<Record<string, number>> = { 'server-one': 1, 'server-fifty': 50 };

async function serve(seconds: number) {
  const { createRegistry, defineCatalogue } = await import('../../lib/index.js');
  const { startServer } = await import('../../lib/server/index.js');
  const series = seriesCount / familyCount / (seconds < leastSeconds ? 100 : 1);
  const families = Object.fromEntries(
    familyNames.map((name) => [
      name,
      {
        kind: 'counter',
        name,
        help: 'What a benchmark records',
        labels: { tenant_id: 'any' },
        maxSeries: series,
      } as const,
    ]),
  );
  const catalogue = defineCatalogue({ name: 'served', families });
  const registry = createRegistry({
    catalogue,
    resourcesEveryMs: false,
    capacity: { series: seriesCount + 100 },
  });
  for (const name of familyNames) {
    for (let index = 0; index < series; index++) {
      registry.metrics[name]!.with({ tenant_id: `tenant-${index}` }).inc(index);
    }
  }
  return { url: (await startServer({ registry, port: 0 })).url, series };
}

function fetchText(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text)).on('error', reject);
    }).on('error', reject);
  });
}

/** Whether it has every series that was asked for, and no other. */
function isWhole(page: string, names: readonly string[], series: number): boolean {
  return familyNames.every((name) => {
    const lines = page.split(`\n${name}{`).length - 1;
    return lines === (names.length === 0 || names.includes(name) ? series : 0);
  });
}

export default Object.entries(clients).flatMap(([group, atOnce]) =>
  Object.entries(selections).map(([peer, names]) =>
    defineCase({
      ...ours,
      group,
      peer,
      prepare: async (_shared, _thread, seconds) => {
        const { url, series } = await serve(seconds);
        const query = names.map((name) => `name[]=${name}`).join('&');
        const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
        const ask = () => fetchText(`${url}?${query}`, agent);
        let answered = 0;
        return {
          async run(first, end) {
            for (let index = first; index < end; index++) {
              const pages = await Promise.all(Array.from({ length: atOnce }, ask));
              // All are as long as the one that is looked at in the end.
              if (new Set(pages.map(({ length }) => length)).size === 1) answered++;
            }
          },
          total: async () => (isWhole(await ask(), names, series) ? answered : 0),
        };
      },
    }),
  ),
);
