// npm start: installs and builds what is missing, then starts the cluster of examples/vsr-cluster.

import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';

try {
  await ensureDependencies();
  await buildNative();
  if ((await buildTypeScript()).code !== 0) throw new Error('the TypeScript does not compile');
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exit(1);
}
await import('../dist/examples/vsr-cluster/main.js');
