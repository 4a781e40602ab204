// npm run bench:budget: builds, then measures what the instrumentation of the VSR cluster costs.
//
//   npm run bench:budget                     five minutes at most; it ends when it is certain
//   npm run bench:budget -- --seconds 600    ten
//
// The exit code is 0 within the budget of 1 %, 1 over it, 2 when the time was too short to tell.

import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';

await ensureDependencies();
await buildNative();
if ((await buildTypeScript()).code !== 0) process.exit(70);
await import('../dist/bench/overhead/main.js');
