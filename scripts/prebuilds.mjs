// npm run build:prebuilds: builds the binary for this platform into prebuilds/, named so that
// lib/core/region/load-addon.ts finds it. Run it on each platform before publishing.

import { buildNative } from './build-native.mjs';
import { findNodeDirectory } from './support/node-headers.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

const prebuildify = inRoot('node_modules/prebuildify/bin.js');
const nodeDirectory = process.env.npm_config_nodedir || findNodeDirectory();
const { code } = await run(
  process.execPath,
  [prebuildify, '--napi', '--strip', '--tag-libc', '--target', `node@${process.versions.node}`],
  { environment: nodeDirectory ? { npm_config_nodedir: nodeDirectory } : {} },
);
process.exitCode = code;
// prebuildify moves the binary away; a checkout goes on with its own.
if (code === 0) await buildNative({ force: true });
