// npm test: every check there is, from a fresh checkout on. Needs Node, npm and a C++ compiler.
//
//   npm test                                  everything
//   npm test -- --only mocha,native           some parts; their names are in `parts` below
//   npm test -- --only mocha --grep Counter   only the tests whose full title matches
//   npm test -- --install                     installs what some tests need (apt-get, as root)
//
// Parts run side by side, the tests in a process for each of their folders. Nothing is tried twice.
// What measures time is left to `npm run gate`. Tests by chance begin with another seed every day,
// which is printed.
//
// The last line is "N passed, N failed", the sum over all parts; the exit code says the same.
// A part that cannot run here says why. With CI=true that is a failure, so that nothing is skipped
// unseen where it matters.

import { availableParallelism } from 'node:os';
import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { lintNative, lintTypeScript } from './lint.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { layerOf, layers, touchesAddon, touchesPlatform, weightOf } from './support/layers.mjs';
import { runMocha } from './support/mocha.mjs';
import { ensureNode, ensureOldNpm, isBetween, otherVersions } from './support/nodes.mjs';
import { Pool } from './support/pool.mjs';
import { ensurePromqlEngine } from './support/promql-engine.mjs';
import {
  buildNativeTests,
  buildSanitizedAddon,
  findRuntime,
  runNativeTests,
} from './support/sanitized.mjs';
import { testGroups } from './support/test-groups.mjs';
import { TestReport } from './support/test-report.mjs';
import { ensureTools, installing } from './support/tools.mjs';

/** What is there to choose from. Each is started with what it needs, and they share the pool. */
const parts = { lint, mocha, native, tsan, asan, nodes };

const processors = availableParallelism();
// Most tests wait rather than compute: one more than there are processors keeps those busy.
const pool = new Pool(processors + 1);
const report = new TestReport();

async function main() {
  await ensureDependencies();
  const chosen = Object.keys(parts).filter((name) => only.length === 0 || only.includes(name));
  // Whatever is chosen runs what the sources say now, not what was built from them once.
  const needsBuild = chosen.some((name) => ['mocha', 'asan', 'nodes'].includes(name));
  if (needsBuild || only.includes('build')) await attempt('build', build);
  console.log(`\nrunning ${chosen.join(', ')}; tests by chance begin with the seed ${seed}`);
  await Promise.all(chosen.map((name) => attempt(name, parts[name])));
  report.finish();
}

async function attempt(name, part) {
  try {
    await part();
  } catch (error) {
    report.broke(name, error);
  }
}

async function build() {
  console.log('building, and looking for what tests need');
  const native = buildNative().then((clean) =>
    report.check('build', 'C++ compiles without warnings', clean),
  );
  const typeScript = buildTypeScript().then(({ code }) =>
    report.check('build', 'TypeScript compiles', code === 0),
  );
  // What the library is held against. Tests that lack it say so, and fail with CI=true.
  for (const reason of await ensureTools()) console.log(`  ${reason}`);
  for (const ensure of [ensureOldNpm, ensurePromqlEngine]) {
    const { reason } = await ensure();
    if (reason !== undefined) console.log(`  ${reason}`);
  }
  await Promise.all([native, typeScript]);
}

async function lint() {
  const typeScript = await pool.run(lintTypeScript, { priority: 100 });
  report.check('lint', 'TypeScript, JavaScript, JSON', typeScript);
  const { clean, reason } = await pool.run(lintNative, { priority: 100 });
  if (reason) report.unavailable('lint', 'C++ format', reason);
  else report.check('lint', 'C++ format', clean);
}

async function mocha() {
  await runGroups('mocha', await testGroups(), { isHeld: grep === '' });
}

/** The C++ unit tests under ASan and UBSan. */
async function native() {
  await testNative('native', { sanitizer: 'address' });
}

/** Threads against each other under ThreadSanitizer. */
async function tsan() {
  const { reason } = await findRuntime('thread');
  if (reason) return report.unavailable('tsan', 'ThreadSanitizer', reason);
  for (const only of ['stress_test', 'journal_stress_test', 'reuse_test']) {
    await testNative('tsan', { sanitizer: 'thread', only });
  }
}

async function testNative(part, options) {
  const started = Date.now();
  const programs = await compiling(() => buildNativeTests(options));
  const counts = await pool.run(() => runNativeTests({ ...options, programs, grep, part }), {
    priority: 100,
  });
  report.add(part, { ...counts, seconds: (Date.now() - started) / 1000 });
}

/** Mocha once more, with the addon under ASan and UBSan. */
async function asan() {
  const { environment, reason } = await compiling(buildSanitizedAddon);
  if (reason) return report.unavailable('asan', 'the sanitized addon', reason);
  const groups = (await testGroups()).filter(({ folder }) => touchesAddon(folder));
  await runGroups('asan', groups, { quick: true, environment, timeout: 120_000 });
}

/** A compiler takes all processors, and the objects of a sanitizer are compiled once for all. */
let compiled = Promise.resolve();
function compiling(task) {
  const next = compiled.then(() => pool.run(task, { weight: processors, priority: 200 }));
  compiled = next.catch(() => undefined);
  return next;
}

async function nodes() {
  await Promise.all(otherVersions.map((major) => attempt(`node ${major}`, () => onNode(major))));
}

async function onNode(major) {
  const part = `node ${major}`;
  const { path, reason } = await ensureNode(major);
  if (reason) return report.unavailable(part, `Node ${major}`, reason);
  const groups = await testGroups();
  const differing = groups.filter(({ folder }) => !isBetween(major) || touchesPlatform(folder));
  await runGroups(part, differing, { node: path, quick: true });
}

/** Runs each group as soon as there is room. */
async function runGroups(part, groups, { isHeld = false, ...options }) {
  const runGroup = async (group) => {
    const result = await runMocha({ ...options, files: group.files, grep });
    report.addGroup(part, group, result, { isHeld });
  };
  await Promise.all(
    groups.map((group) =>
      pool.run(() => runGroup(group), {
        priority: layers[layerOf(group.folder)].budget,
        weight: weightOf(group.folder),
      }),
    ),
  );
}

function readArguments(args) {
  const options = { only: [], grep: '' };
  for (let index = 0; index < args.length; index++) {
    const option = args[index];
    if (option === '--install') {
      installing.isAllowed = true;
      continue;
    }
    const value = args[++index];
    if (option === '--only' && value) options.only = value.split(',');
    else if (option === '--grep' && value) options.grep = value;
    else fail(`unknown or incomplete option ${option}; allowed: --only, --grep, --install`);
  }
  const names = ['build', ...Object.keys(parts)];
  for (const name of options.only) {
    if (!names.includes(name)) fail(`no part ${name}; there are ${names.join(', ')}`);
  }
  return options;
}

function fail(message) {
  console.error(`npm test: ${message}`);
  process.exit(2);
}

const { only, grep } = readArguments(process.argv.slice(2));
// As test/support/seed.ts has it; a run that goes past midnight keeps it.
const seed = process.env.TEST_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', '');
process.env.TEST_SEED = seed;
await main().catch((error) => {
  report.broke('test', error);
  report.finish();
});
process.exitCode = report.isGood ? 0 : 1;
