// The C++ programs of bench/native, built into build/bench.

import { compileObjects, findCompiler, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';

/** Builds what the benchmarks compare with; `{ reason }` when there is no compiler. */
export async function buildBenchPrograms() {
  if (findCompiler() === undefined) return { reason: 'no C++ compiler' };
  const names = ['time_stamps', 'smallest_call'];
  const sources = names.map((name) => inRoot('bench', 'native', `${name}.cc`));
  const { objects } = await compileObjects(sources, inRoot('build', 'bench'));
  await link([objects[0]], inRoot('build', 'bench', 'time_stamps'));
  await link([objects[1]], inRoot('build', 'bench', 'smallest_call.node'), { shared: true });
  return {};
}
