// Where tests belong, and what they may cost: every folder of test/ is one group, on its own layer.
//
// A new folder is found by itself. It runs everywhere until it is named in one of the lists below, and
// has the budget of a feature.

/**
 * Layers and what a group of each may compute, in seconds of one processor; what a group waits for
 * costs nobody anything, and depends on the neighbours. About twice what they needed when this was
 * written. Held by `npm test`, on the running Node.
 */
export const layers = {
  unit: {
    budget: 100,
    folders: ['alerts', 'budget', 'catalogues', 'compat', 'core', 'exposition', 'types'],
  },
  feature: { budget: 40, folders: [] },
  browser: { budget: 100, folders: ['dashboard'] },
  // Clusters, compilers, packages, benchmarks: whole programs.
  whole: { budget: 150, folders: ['bench', 'examples', 'package', 'prove', 'sharing'] },
};

/** What has the same to say whatever the addon is compiled with. */
const withoutAddon = [
  ...[
    'alerts',
    'bench',
    'budget',
    'catalogues',
    'cli',
    'compat',
    'dashboard',
    'examples',
    'health',
    'notifications',
  ],
  ...['package', 'promql', 'types'],
];

/** What touches neither the addon nor HTTP, workers or V8: the oldest and the newest Node say it all. */
const withoutPlatform = [
  ...[
    'alerts',
    'bench',
    'budget',
    'catalogues',
    'cli',
    'dashboard',
    'examples',
    'export',
    'exposition',
  ],
  ...['health', 'promql', 'prove', 'types'],
];

/** Package managers and compilers keep a second processor busy: fewer neighbours run beside them. */
const withTwoProcessors = ['package'];

/** How much of the pool a group of this folder takes. */
export function weightOf(folder) {
  return withTwoProcessors.includes(folder) ? 2 : 1;
}

/** The name of the layer of a folder. */
export function layerOf(folder) {
  const found = Object.entries(layers).find(([, { folders }]) => folders.includes(folder));
  return found === undefined ? 'feature' : found[0];
}

/** Whether a sanitizer may find something there. */
export function touchesAddon(folder) {
  return !withoutAddon.includes(folder);
}

/** Whether a version of Node between the oldest and the newest may differ there. */
export function touchesPlatform(folder) {
  return !withoutPlatform.includes(folder);
}
