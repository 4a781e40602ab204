import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compileFixture } from '../support/compile-fixture.js';
import { seed } from '../support/seed.js';
import type { SceneFigures } from './edges/scene.js';
import type { SceneArguments, SceneMessage } from './programs/edges-scene.js';
import { claim, inParallel, type Proof } from './proof.js';
import { buildSharedPage } from './shared-page.js';

const program = fileURLToPath(new URL('./programs/edges-scene.js', import.meta.url));

/** Processes come and go in every way there is; what each recorded, it counted beside it. */
export const edges: Proof<{
  readonly scenes: number;
  readonly rounds: number;
  readonly atOnce: number;
}> = {
  name: 'edges',
  claim:
    'whatever is killed, forked, superseded, closed or out of disk: nothing is lost, misplaced or leaked',
  full: { scenes: 40, rounds: 25, atOnce: 4 },
  short: { scenes: 2, rounds: 10, atOnce: 2 },

  async run({ scenes, rounds, atOnce }, progress) {
    console.log(`  seed ${seed}; TEST_SEED=${seed} repeats it`);
    const addon = buildSharedPage();
    const forking = compileFixture('forking', ['test/fixtures/cpp/forking.cc']);
    const namespace = mountNamespace();
    const total: Record<string, number> = {};
    const reasons = new Set<string>();
    let done = 0;
    await inParallel(scenes, atOnce, async (index) => {
      const mayMount = namespace !== undefined;
      const args = { seed: seed * 1000 + index, rounds, addon, forking, mayMount };
      const { figures, noDisk } = await play(args, namespace ?? [], () =>
        progress(++done, scenes * rounds),
      );
      for (const [name, count] of Object.entries(figures)) {
        total[name] = (total[name] ?? 0) + count;
      }
      if (noDisk !== undefined) reasons.add(noDisk);
    });
    for (const reason of reasons) console.log(`  not tried here: a full disk (${reason})`);
    claim(
      total.recorded! > 1000 * scenes,
      `${total.recorded} records are too few to mean anything`,
    );
    return total;
  },
};

/** How a program is given a mount namespace of its own; undefined: it cannot be. */
function mountNamespace(): readonly string[] | undefined {
  for (const flags of [['-m'], ['-r', '-m']]) {
    try {
      execFileSync('unshare', [...flags, 'true'], { stdio: 'ignore' });
      return ['unshare', ...flags];
    } catch {
      // Not that way.
    }
  }
  return undefined;
}

async function play(
  args: SceneArguments,
  prefix: readonly string[],
  progress: () => void,
): Promise<{ readonly figures: SceneFigures; readonly noDisk: string | undefined }> {
  const [command, ...rest] = [...prefix, process.execPath, program, JSON.stringify(args)];
  const child = spawn(command!, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let result: { figures: SceneFigures; noDisk: string | undefined } | undefined;
  let problem: string | undefined;
  child.on('message', (message: SceneMessage) => {
    if ('figures' in message) result = message;
    else if ('problem' in message) problem = message.problem;
    else progress();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  problem ??= code === 0 ? undefined : `the scene ended with ${signal ?? `code ${code}`}`;
  claim(problem === undefined, `scene with seed ${args.seed}: ${problem}`);
  return result!;
}
