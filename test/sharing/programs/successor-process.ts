// Makes a registry and keeps it.
//
//   node successor-process.js NAME FILE        NAME: see succession-catalogues.ts

import { createRegistry } from '../../../lib/index.js';
import { successors } from './succession-catalogues.js';

const [name = '', file = ''] = process.argv.slice(2);
const { catalogue, ...options } = successors[name as keyof typeof successors];
createRegistry({ catalogue, ...options, file });
process.on('message', () => undefined);
process.send?.('ready');
