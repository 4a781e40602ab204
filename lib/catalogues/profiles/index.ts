// The profiles of all catalogues, in the order in which they are looked for: of a registry with several
// the first one tells who the members are.

import type { Profile } from '../cluster/profile.js';
import { kalkiProfile } from './kalki.js';
import { kimberliteProfile } from './kimberlite.js';
import { kotobaProfile } from './kotoba.js';
import { streambusProfile } from './streambus.js';
import { vsrProfile } from './vsr.js';

export const profiles: readonly Profile[] = [
  vsrProfile,
  kimberliteProfile,
  streambusProfile,
  kotobaProfile,
  kalkiProfile,
];
