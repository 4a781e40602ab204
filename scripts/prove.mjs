// npm run prove: the claims about crashes and concurrency at full size. Takes some minutes.
//
//   npm run prove                    all of them
//   npm run prove -- churn kill      some
//   npm run prove -- --short         as small as in the tests
//
// Prints progress and a line for each, and records the figures in docs/proofs.json. The exit code is
// 1 when a claim did not hold.

import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { delimiter } from 'node:path';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { runNativeTests } from './support/sanitized.mjs';
import { ensurePrometheus, toolsPath } from './support/tools.mjs';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const size = process.argv.includes('--short') ? 'short' : 'full';

await ensureDependencies();
await buildNative();
await buildTypeScript();
const { proofs } = await import('../dist/test/prove/index.js');
const names = [...proofs.map(({ name }) => name), 'hostile'];
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`no proof is called ${unknown}; there are ${names.join(', ')}`);
  process.exit(2);
}

// One of the proofs needs a server; without it that one says so.
await ensurePrometheus();
process.env.PATH += `${delimiter}${toolsPath}`;
const hostileCases = 100_000;
const results = JSON.parse(await readFile(inRoot('docs', 'proofs.json'), 'utf8').catch(() => '{}'));
let failed = 0;
for (const proof of proofs) {
  if (wanted.length > 0 && !wanted.includes(proof.name)) continue;
  console.log(`${proof.name}: ${proof.claim}`);
  const started = Date.now();
  try {
    const figures = await proof.run(size, showProgress(started));
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    process.stderr.write('\r\x1b[K');
    console.log(`  holds, ${seconds} s: ${JSON.stringify(figures)}`);
    if (size === 'full') {
      results[proof.name] = { claim: proof.claim, size: proof.sizes.full, figures, seconds };
    }
  } catch (error) {
    failed++;
    process.stderr.write('\r\x1b[K');
    console.log(`  DOES NOT HOLD: ${error.message}`);
  }
}
if (wanted.length === 0 || wanted.includes('hostile')) failed += await proveHostile();
if (size === 'full') {
  results.machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}`;
  await writeFile(inRoot('docs', 'proofs.json'), `${JSON.stringify(results, null, 2)}\n`);
}
process.exit(failed === 0 ? 0 : 1);

/** Damaged files, through the native reader under AddressSanitizer. Returns how many claims failed. */
async function proveHostile() {
  const claim = 'no byte of a region file can crash or hang its reader';
  console.log(`hostile: ${claim}`);
  const started = Date.now();
  const cases = size === 'full' ? hostileCases : 3000;
  const counts = await runNativeTests({
    only: 'hostile_test',
    environment: { VSR_METRICS_HOSTILE_CASES: String(cases) },
    minutes: 60,
  });
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  console.log(counts.failed === 0 ? `  holds, ${seconds} s: ${cases} files` : '  DOES NOT HOLD');
  if (size === 'full') results.hostile = { claim, size: { cases }, figures: counts, seconds };
  return counts.failed;
}

function showProgress(started) {
  let shown = 0;
  return (done, of) => {
    if (Date.now() - shown < 500 || !process.stderr.isTTY) return;
    shown = Date.now();
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`\r\x1b[K  ${Math.round((100 * done) / of)} %, ${seconds} s`);
  };
}
