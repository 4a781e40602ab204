// npm run bench: builds, then runs the benchmarks one after the other.
//
//   npm run bench                          all
//   npm run bench -- rendering             one, or several by name
//   npm run bench -- rendering --quick     options go to the benchmarks

import { buildTypeScript } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { ensureDependencies } from './support/dependencies.mjs';
import { inRoot } from './support/paths.mjs';
import { run } from './support/run.mjs';

/** Each is a program: bench/rendering.ts and so on. */
const benchmarks = ['rendering'];

async function main(args) {
  const named = args.filter((argument) => !argument.startsWith('-'));
  const options = args.filter((argument) => argument.startsWith('-'));
  const unknown = named.find((name) => !benchmarks.includes(name));
  if (unknown) throw new Error(`no benchmark ${unknown}; there are ${benchmarks.join(', ')}`);

  await ensureDependencies();
  await buildNative();
  if ((await buildTypeScript()).code !== 0) throw new Error('the TypeScript does not compile');
  for (const name of named.length > 0 ? named : benchmarks) {
    console.log(`\n${name}`);
    const { code } = await run(process.execPath, [
      inRoot('dist', 'bench', `${name}.js`),
      ...options,
    ]);
    if (code !== 0) throw new Error(`the benchmark ${name} failed`);
  }
}

await main(process.argv.slice(2)).catch((error) => {
  console.error(`npm run bench: ${error.message}`);
  process.exitCode = 1;
});
