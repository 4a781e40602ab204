// Starts servers that more or fewer people can reach, and says what it was warned of.

import { vsr } from '../../../lib/catalogues/index.js';
import { createRegistry } from '../../../lib/index.js';
import { startServer } from '../../../lib/server/index.js';

const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
process.on('warning', (warning) => {
  const { code, message } = warning as Error & { code?: string };
  console.log(`${code}: ${message}`);
});
const all = { host: '0.0.0.0' };
for (const options of [{}, { host: '::1' }, { ...all, token: 's3cret' }, all, all]) {
  const server = await startServer({ registry, port: 0, thread: false, ...options });
  console.log(server.address);
  await server.close();
}
