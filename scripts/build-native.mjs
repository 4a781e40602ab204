// npm run build:native: builds native/ into build/Release/vsr_metrics.node.
//
// In a checkout node-gyp does it when Python and make are there, with the headers of the running node
// when this machine has them, so that no network is needed; without them node-gyp downloads. Where
// node-gyp cannot work the compiler alone builds the same sources with the same flags. So it does in an
// installed package, which has no binding.gyp: npm would run node-gyp at every `npm ci`.
//
//   node scripts/build-native.mjs            does nothing when the binary is newer than its sources
//   node scripts/build-native.mjs --force    builds anyway
//   node scripts/build-native.mjs --direct   the compiler alone

import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonSources, compileObjects, link } from './support/compile-native.mjs';
import { findNodeDirectory } from './support/node-headers.mjs';
import { inRoot } from './support/paths.mjs';
import { findProgram, run } from './support/run.mjs';

const binary = inRoot('build', 'Release', 'vsr_metrics.node');
const bindingGyp = inRoot('binding.gyp');

/**
 * Builds the addon unless it is newer than everything it is made from. Resolves to whether the
 * compiler had nothing to remark.
 */
export async function buildNative({ force = false, direct = false } = {}) {
  if ((await addonSources()).length === 0) throw new Error('native/ holds no sources');
  if (!force && (await isNewerThanSources(binary))) {
    console.log('native addon: up to date');
    return true;
  }
  const started = Date.now();
  const isAlone = direct || !existsSync(bindingGyp);
  const output = (isAlone ? undefined : await buildWithNodeGyp()) ?? (await buildDirectly());
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`native addon: built in ${seconds} s -> build/Release/vsr_metrics.node`);
  return !output.includes(' warning: ');
}

/** Whether `target` exists and nothing the addon is made from is newer. */
async function isNewerThanSources(target) {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  const files = await readdir(inRoot('native'), { recursive: true, withFileTypes: true });
  const sources = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => /\.(cc|h|json)$/.test(path));
  const makers = existsSync(bindingGyp) ? [...sources, bindingGyp] : sources;
  return makers.every((path) => statSync(path).mtimeMs <= built);
}

/** What the build printed; undefined when node-gyp cannot work on this machine. */
async function buildWithNodeGyp() {
  const nodeGyp = findNodeGyp();
  const missing = ['python3', 'make'].filter((name) => !findProgram(name));
  if (nodeGyp === undefined) missing.push('node-gyp');
  if (missing.length > 0) {
    console.log(`native addon: no ${missing.join(', no ')}; using the compiler alone`);
    return undefined;
  }
  const nodeDirectory = process.env.npm_config_nodedir || findNodeDirectory();
  const where = nodeDirectory ? ['--nodedir', nodeDirectory] : [];
  console.log(
    `native addon: node-gyp, headers ${nodeDirectory ? `from ${nodeDirectory}` : 'downloaded'}`,
  );
  // binding.gyp calls `node`: make sure it is this one.
  const environment = { PATH: dirname(process.execPath) + delimiter + process.env.PATH };
  const gyp = (...args) =>
    run(process.execPath, [nodeGyp, ...args, '--loglevel=warn', ...where], { environment });

  if ((await gyp('configure')).code !== 0) {
    console.log('native addon: node-gyp cannot configure; using the compiler alone');
    return undefined;
  }
  const built = await gyp('build', '--jobs', String(availableParallelism()));
  if (built.code !== 0) throw new Error('the native addon does not build, see above');
  return built.output;
}

async function buildDirectly() {
  const { objects, output } = await compileObjects(await addonSources(), inRoot('build', 'direct'));
  await link(objects, binary, { shared: true });
  return output;
}

/** This package's node-gyp, or in a checkout installed without it the one that npm brings along. */
function findNodeGyp() {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js');
  } catch {
    return process.env.npm_config_node_gyp;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = {
    force: process.argv.includes('--force'),
    direct: process.argv.includes('--direct'),
  };
  await buildNative(options).catch((error) => {
    console.error(`native addon: ${error.message}`);
    process.exitCode = 1;
  });
}
