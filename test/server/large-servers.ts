// Servers of a large registry, for the tests of one suite: whatever a test starts ends with it.
//
//   const { registry, start, ends } = largeServers();
//   const server = await start({ limits: { connections: 2 } });

import { type RunningServer, type ServerOptions, startServer } from '../../lib/server/index.js';
import { createLargeRegistry } from './many-series.js';

export function largeServers() {
  const registry = createLargeRegistry();
  /** What a test began, the last first. */
  const ends: (() => unknown)[] = [];

  after(() => registry.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startServer({ registry, port: 0, ...options });
    ends.unshift(() => server.close({ drainMs: 100 }));
    return server;
  }

  return { registry, ends, start };
}
