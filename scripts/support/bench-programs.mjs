// The C++ programs of bench/native, built into build/bench.

import { compileObjects, findCompiler, link } from './compile-native.mjs';
import { inRoot } from './paths.mjs';

/** What makes and reads the registry that bench/native/cpp_header.cc records into. */
const registrySources = ['families', 'history', 'merge', 'region_create', 'snapshot'];

/** Builds what the benchmarks compare with; `{ reason }` when there is no compiler. */
export async function buildBenchPrograms() {
  if (findCompiler() === undefined) return { reason: 'no C++ compiler' };
  const built = inRoot('build', 'bench');
  const names = ['time_stamps', 'cpp_header', 'smallest_call'];
  const sources = [
    ...names.map((name) => inRoot('bench', 'native', `${name}.cc`)),
    ...registrySources.map((name) => inRoot('native', `${name}.cc`)),
  ];
  const { objects } = await compileObjects(sources, built);
  const [timeStamps, cppHeader, smallestCall, ...registry] = objects;
  await link([timeStamps], `${built}/time_stamps`);
  await link([cppHeader, ...registry], `${built}/cpp_header`);
  await link([smallestCall], `${built}/smallest_call.node`, { shared: true });
  return {};
}
