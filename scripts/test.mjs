// npm test: every check there is, from a fresh checkout on. Needs Node, npm and a C++ compiler.
//
//   npm test                                  everything
//   npm test -- --only mocha,native           some parts; their names are in `parts` below
//   npm test -- --only mocha --grep Counter   only the tests whose full title matches
//
// The last line is "N passed, N failed", the sum over all parts; the exit code says the same.
// A part that cannot run here says why. With CI=true that is a failure, so that nothing is skipped
// unseen where it matters.

import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { lintNative, lintTypeScript } from './lint.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { runMocha } from './support/mocha.mjs';
import { ensureNode, otherVersions } from './support/nodes.mjs';
import { buildSanitizedAddon, findRuntime, runNativeTests } from './support/sanitized.mjs';
import {
  ensureChromium,
  ensureJavaHdrHistogram,
  ensurePostgres,
  ensurePrometheus,
  ensurePythonParser,
  ensureRedis,
} from './support/tools.mjs';

/** Each part runs on its own and returns `{ passed, failed }`. */
const parts = {
  build: { title: 'build: tools, native addon, TypeScript', run: build },
  lint: { title: 'lint: format and lint rules', run: lint },
  mocha: { title: 'mocha: unit and integration tests', run: mocha },
  native: { title: 'native: C++ unit tests under ASan and UBSan', run: native },
  tsan: { title: 'tsan: threads against each other under ThreadSanitizer', run: threads },
  asan: { title: 'asan: mocha once more, the addon under ASan and UBSan', run: sanitized },
  nodes: { title: `nodes: mocha on Node ${otherVersions.join(', ')}`, run: nodes },
};

/** True when every check passed. */
async function main() {
  const started = Date.now();
  const results = [];
  await ensureDependencies();
  const chosen = Object.entries(parts).filter(([name]) => only.length === 0 || only.includes(name));
  // Whatever is chosen runs what the sources say now, not what was built from them once.
  if (only.length > 0 && only.some((name) => ['mocha', 'asan', 'nodes'].includes(name))) {
    if (!only.includes('build')) chosen.unshift(['build', parts.build]);
  }
  for (const [index, [name, part]] of chosen.entries()) {
    console.log(`\n[${index + 1}/${chosen.length}] ${part.title}`);
    const partStarted = Date.now();
    const counts = await attempt(part.run);
    results.push({ name, ...counts, seconds: (Date.now() - partStarted) / 1000 });
  }
  return summarise(results, (Date.now() - started) / 1000);
}

async function attempt(task) {
  try {
    return await task();
  } catch (error) {
    console.log(`  FAILED: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

function summarise(results, seconds) {
  const passed = results.reduce((sum, part) => sum + part.passed, 0);
  const failed = results.reduce((sum, part) => sum + part.failed, 0);
  console.log(`\ndone in ${seconds.toFixed(0)} s`);
  for (const part of results) {
    const counts = `${part.passed} passed, ${part.failed} failed`;
    console.log(`  ${part.name.padEnd(7)} ${counts} (${part.seconds.toFixed(0)} s)`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

async function build() {
  // What the library is held against. Tests that lack it say so, and fail with CI=true.
  const tools = [
    ...[ensurePrometheus, ensurePythonParser, ensureJavaHdrHistogram, ensureChromium],
    ...[ensureRedis, ensurePostgres],
  ];
  for (const ensure of tools) {
    const { reason } = await ensure();
    if (reason) console.log(`  ${reason}`);
  }
  const clean = check('C++ compiles without warnings', await buildNative());
  const { code } = await buildTypeScript();
  return sum(clean, check('TypeScript compiles', code === 0));
}

async function lint() {
  const typeScript = check('TypeScript, JavaScript, JSON', await lintTypeScript());
  const { clean, reason } = await lintNative();
  return sum(typeScript, reason ? unavailable('C++ format', reason) : check('C++ format', clean));
}

async function mocha() {
  return runMocha({ grep });
}

async function native() {
  return runNativeTests({ grep });
}

async function threads() {
  const { reason } = await findRuntime('thread');
  if (reason) return unavailable('ThreadSanitizer', reason);
  return runNativeTests({ sanitizer: 'thread', only: 'stress_test', grep });
}

async function sanitized() {
  const { environment, reason } = await buildSanitizedAddon();
  if (reason) return unavailable('the sanitized addon', reason);
  return runMocha({ grep, quick: true, environment, timeout: 120_000 });
}

async function nodes() {
  let counts = nothing;
  for (const major of otherVersions) {
    const { path, version, reason } = await ensureNode(major);
    if (reason) {
      counts = sum(counts, unavailable(`Node ${major}`, reason));
      continue;
    }
    console.log(`  Node ${version}`);
    counts = sum(counts, await runMocha({ node: path, quick: true, grep }));
  }
  return counts;
}

const nothing = { passed: 0, failed: 0 };

function sum(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

function check(name, holds) {
  console.log(`  ${holds ? 'ok' : 'FAILED'} ${name}`);
  return holds ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Something that this machine has not got: a failure with CI=true, otherwise said and left out. */
function unavailable(name, reason) {
  const counts = process.env.CI === 'true';
  console.log(`  ${counts ? 'FAILED' : 'skipped'} ${name}: ${reason}`);
  return { passed: 0, failed: counts ? 1 : 0 };
}

function readArguments(args) {
  const options = { only: [], grep: '' };
  for (let index = 0; index < args.length; index += 2) {
    const [option, value] = [args[index], args[index + 1]];
    if (option === '--only' && value) options.only = value.split(',');
    else if (option === '--grep' && value) options.grep = value;
    else fail(`unknown or incomplete option ${option}`);
  }
  for (const name of options.only) {
    if (!(name in parts)) fail(`no part ${name}; there are ${Object.keys(parts).join(', ')}`);
  }
  return options;
}

function fail(message) {
  console.error(`npm test: ${message}`);
  process.exit(2);
}

const { only, grep } = readArguments(process.argv.slice(2));
const passed = await main().catch((error) => {
  console.log(`${error.message}\n0 passed, 1 failed`);
  return false;
});
process.exitCode = passed ? 0 : 1;
