// The header files of the running node, when this machine has them: building then needs no network.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A directory for node-gyp's `--nodedir`, or undefined: first beside the running node (installers,
 * nvm, containers), then where Linux distributions put the headers of theirs.
 */
export function findNodeDirectory() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const candidates = [prefix, dirname(dirname(process.execPath)), '/usr/include/nodejs', '/usr'];
  return candidates.find(hasHeadersOfThisNode);
}

function hasHeadersOfThisNode(directory) {
  const include = join(directory, 'include', 'node');
  const header = join(include, 'node_version.h');
  if (!existsSync(header)) return false;
  // node-gyp reads the settings of a build from this file.
  if (!existsSync(join(include, 'common.gypi')) && !existsSync(join(directory, 'common.gypi'))) {
    return false;
  }
  const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(header, 'utf8'))?.[1];
  return major === process.versions.node.split('.')[0];
}
