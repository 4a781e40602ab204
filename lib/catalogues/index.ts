// The catalogues that come with the package: import { vsr } from 'vsr-metrics/catalogues'

export { vsr } from './vsr.js';
