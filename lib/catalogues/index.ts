// The catalogues that come with the package:
//
//   import { vsr, kimberlite } from 'vsr-metrics/catalogues';
//
// Who needs one of them loads one: `import { vsr } from 'vsr-metrics/catalogues/vsr'`.
//
// No two of them have a key or a metric name in common, so any of them can be combined.

export { kalki } from './kalki.js';
export { kimberlite } from './kimberlite.js';
export { kotoba } from './kotoba.js';
export { nodejs } from './nodejs.js';
export type { HealthWord, Preset } from './preset.js';
export { streambus } from './streambus.js';
export { vsr } from './vsr.js';
