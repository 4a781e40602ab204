// Rewrites a file without end: sound, damaged, cut off, under whoever reads it.

import { ftruncateSync, openSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { Damage } from '../region-damage.js';

const { file, sound: given } = workerData as { file: string; sound: Uint8Array };
const sound = Buffer.from(given);
const descriptor = openSync(file, 'r+');
for (let number = 0; ; number++) {
  writeSync(descriptor, sound, 0, sound.length, 0);
  if (number % 2 === 0) new Damage(sound, number).apply(descriptor);
  if (number % 3 === 0) ftruncateSync(descriptor, (number * 7919) % sound.length);
}
