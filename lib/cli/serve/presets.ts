// The presets that `--preset` names. Each is loaded when it is asked for, and no other with it.

import type { Preset } from '../../catalogues/preset.js';

const presets = {
  kalki: async () => (await import('../../catalogues/kalki.js')).kalki.preset,
  kimberlite: async () => (await import('../../catalogues/kimberlite.js')).kimberlite.preset,
  kotoba: async () => (await import('../../catalogues/kotoba.js')).kotoba.preset,
  streambus: async () => (await import('../../catalogues/streambus.js')).streambus.preset,
  vsr: async () => (await import('../../catalogues/vsr.js')).vsr.preset,
} as const satisfies Readonly<Record<string, () => Promise<Preset>>>;

export const presetNames = Object.keys(presets) as readonly (keyof typeof presets)[];

/** @param name one of `presetNames`, as the command line was checked to be */
export function loadPreset(name: string): Promise<Preset> {
  return presets[name as keyof typeof presets]();
}
