// One scene of the proof `edges`, in a process of its own: it may have mounts that nobody else sees.
// Argument: see SceneArguments. Messages out: { round } | { figures } | { problem }.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Scene, type SceneFigures } from '../edges/scene.js';
import { randomNumbers } from '../mutated-requests.js';

export interface SceneArguments {
  readonly seed: number;
  readonly rounds: number;
  readonly addon: string;
  readonly forking: string;
  /** Whether this process has a mount namespace of its own. */
  readonly mayMount: boolean;
}

export type SceneMessage =
  | { readonly round: number }
  | { readonly figures: SceneFigures; readonly noDisk: string | undefined }
  | { readonly problem: string };

const diskBytes = 48 << 20;

const { seed, rounds, addon, forking, mayMount } = JSON.parse(process.argv[2]!) as SceneArguments;
const around = mkdtempSync('/dev/shm/proof-edges-');
const directory = mkdtempSync(join(around, 'disk-'));
const noDisk = mayMount ? mount(directory) : 'no mount namespace of its own';
process.once('disconnect', () => {
  rmSync(around, { recursive: true, force: true });
  process.exit(1);
});

/** Why it could not be done; undefined: it was. */
function mount(target: string): string | undefined {
  try {
    const args = ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', target];
    execFileSync('mount', args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return String(error).split('\n')[0];
  }
}

function say(message: SceneMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}

const scene = new Scene({
  directory,
  isSmall: noDisk === undefined,
  page: join(around, 'page'),
  addon,
  forking,
  rounds,
  random: randomNumbers(seed),
});
try {
  await scene.run((round) => void say({ round }));
  await say({ figures: scene.figures, noDisk });
} catch (error) {
  await say({ problem: (error as Error).message });
} finally {
  await scene.abandon();
  if (noDisk === undefined) execFileSync('umount', ['-l', directory]);
  rmSync(around, { recursive: true, force: true });
  process.removeAllListeners('disconnect');
  process.disconnect();
}
