// npm run prove: the claims about crashes and concurrency at full size. Takes some minutes.
//
//   npm run prove                    all of them
//   npm run prove -- churn kill      some
//   npm run prove -- --short         as small as in the tests
//   npm run prove -- collector       exports to the real OpenTelemetry Collector, built first (needs Go)
//   npm run prove -- vsr --seed 17   one simulation of the VSR cluster, which may have failed
//   npm run prove -- vsr-load        an hour of load on the VSR cluster; --seconds 300: so long instead
//
// Prints progress and a line for each, and records the figures in docs/proofs.json. The exit code is
// 1 when a claim did not hold.

import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { delimiter } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureCollector } from './support/collector.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { nativeProofs } from './support/native-proofs.mjs';
import { inRoot } from './support/paths.mjs';
import { ensurePromqlEngine } from './support/promql-engine.mjs';
import { ensurePrometheus, toolsPath } from './support/tools.mjs';

const { values, positionals: wanted } = readArguments();
if (values.help) {
  console.log(await usage());
  process.exit(0);
}
const size = values.short ? 'short' : 'full';
if (values.seconds !== undefined) process.env.VSR_LOAD_SECONDS = values.seconds;

await ensureDependencies();
await buildNative();
await buildTypeScript();
if (values.seed !== undefined) await replay(Number(values.seed));
const typeScriptProofs = await import('../dist/test/prove/index.js');
const proofs = [...typeScriptProofs.proofs, ...nativeProofs];
const { longProofs, proofsOnDemand } = typeScriptProofs;
const named = [...proofs, ...longProofs, ...proofsOnDemand];
const names = named.map(({ name }) => name);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`no proof is called ${unknown}; there are ${names.join(', ')}`);
  process.exit(2);
}

// Two of the proofs need programs of Prometheus; without these they say so.
await ensurePrometheus();
await ensurePromqlEngine();
process.env.PATH += `${delimiter}${toolsPath}`;
const record = inRoot('docs', 'proofs.json');
const results = {};
let failed = 0;
const asked = (proof) => wanted.includes(proof.name);
if (proofsOnDemand.some(asked)) await findCollector();
const chosen = wanted.length === 0 ? proofs : named.filter(asked);
for (const proof of chosen) {
  console.log(`${proof.name}: ${proof.claim}`);
  const started = Date.now();
  try {
    const figures = await proof.run(size, showProgress(started));
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    clearProgress();
    console.log(`  holds, ${seconds} s: ${JSON.stringify(figures)}`);
    if (size === 'full') {
      results[proof.name] = { claim: proof.claim, size: proof.sizes.full, figures, seconds };
    }
  } catch (error) {
    clearProgress();
    // Not tried is not proved, where it matters; elsewhere it is said.
    if (error.reason === undefined || process.env.CI === 'true') failed++;
    console.log(
      `  ${error.reason === undefined ? 'DOES NOT HOLD' : 'not tried'}: ${error.message}`,
    );
  }
}
if (size === 'full') {
  results.machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}`;
  // Read only now: another proof may have been recorded meanwhile.
  const before = JSON.parse(await readFile(record, 'utf8').catch(() => '{}'));
  await writeFile(record, `${JSON.stringify({ ...before, ...results }, null, 2)}\n`);
}
process.exit(failed === 0 ? 0 : 1);

function readArguments() {
  const options = {
    help: { type: 'boolean', short: 'h' },
    short: { type: 'boolean' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    console.error(`npm run prove: ${error.message}; npm run prove -- --help tells what there is`);
    process.exit(2);
  }
}

/** What this file begins with. */
async function usage() {
  const source = await readFile(new URL(import.meta.url), 'utf8');
  return source.slice(0, source.indexOf('\n\n')).replace(/^\/\/ ?/gm, '');
}

/** One simulation of the VSR cluster again: the same seed gives the same run, event by event. */
async function replay(seed) {
  const { runSeed } = await import('../dist/examples/vsr-cluster/simulation/run-seed.js');
  try {
    console.log(`seed ${seed} holds: ${JSON.stringify(runSeed(seed))}`);
    process.exit(0);
  } catch (error) {
    console.log(`seed ${seed} DOES NOT HOLD: ${error.message}`);
    process.exit(1);
  }
}

/** Puts the collector on the PATH, or says why there is none and ends. */
async function findCollector() {
  const { reason } = await ensureCollector();
  if (reason !== undefined) {
    console.error(reason);
    process.exit(1);
  }
}

function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** In one line of a terminal; in a log a line every half a minute. */
function showProgress(started) {
  const { isTTY } = process.stderr;
  let shown = isTTY ? 0 : started;
  return (done, of) => {
    if (Date.now() - shown < (isTTY ? 500 : 30_000)) return;
    shown = Date.now();
    const seconds = Math.round((Date.now() - started) / 1000);
    const progress = `  ${Math.round((100 * done) / of)} %, ${seconds} s`;
    process.stderr.write(isTTY ? `\r\x1b[K${progress}` : `${progress}\n`);
  };
}
