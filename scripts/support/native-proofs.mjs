// Proofs that are programs in C++: the native part under sanitizers, longer than in the tests.
//
// Of the same shape as those of test/prove. `run` throws when the claim does not hold, and with a
// `reason` when this machine cannot try it.

import { buildFuzzer, fuzz, mergeCorpus } from './fuzz.mjs';
import { buildNativeTests, findRuntime, runNativeTests } from './sanitized.mjs';

export const nativeProofs = [
  {
    name: 'hostile',
    claim: 'no byte of a region file can crash or hang its reader',
    sizes: { full: { files: 100_000 }, short: { files: 3000 } },
    async run(size) {
      const { files } = this.sizes[size];
      const environment = { VSR_METRICS_HOSTILE_CASES: String(files) };
      return tested({ only: 'hostile_test', environment, minutes: 60 });
    },
  },
  {
    name: 'tsan',
    claim: 'threads that record, come, go and read at once race for nothing',
    sizes: { full: { seconds: 120 }, short: { seconds: 2 } },
    async run(size) {
      const { reason } = await findRuntime('thread');
      if (reason) throw unavailable(reason);
      const environment = { VSR_METRICS_STRESS_SECONDS: String(this.sizes[size].seconds) };
      const options = { sanitizer: 'thread', environment, minutes: 30 };
      const all = await tested({ ...options, only: 'stress_test' });
      const journals = await tested({ ...options, only: 'journal_stress_test' });
      return { ...all, ...journals, checks: all.checks + journals.checks };
    },
  },
  {
    name: 'killed-holder',
    claim: 'a process killed at any instruction with the lock of a directory leaves it whole',
    sizes: { full: { places: 400 }, short: { places: 8 } },
    async run(size) {
      const environment = { VSR_METRICS_PLACES: String(this.sizes[size].places) };
      return tested({ only: 'directory_lock_test', environment, minutes: 60 });
    },
  },
  {
    name: 'journal-model',
    claim: 'in no order of stores, loads and kills a journal loses a record or shows one twice',
    sizes: { full: { environment: { VSR_METRICS_MODEL_FULL: '1' } }, short: { environment: {} } },
    async run(size) {
      const { environment } = this.sizes[size];
      return tested({ only: 'journal_model_test', environment, minutes: 60 });
    },
  },
  {
    name: 'fuzz',
    claim: 'no input that a coverage-guided fuzzer finds can crash or hang the reader of a region',
    sizes: { full: { seconds: 300 }, short: { seconds: 10 } },
    async run(size) {
      const { path, reason } = await buildFuzzer();
      if (reason) throw unavailable(reason);
      const figures = await fuzz(path, this.sizes[size].seconds);
      return size === 'full' ? { ...figures, corpus: await mergeCorpus(path) } : figures;
    },
  },
];

/** Runs one native test; what it counted, from its remarks: `# 12 readings, 7 named errors`. */
async function tested(options) {
  const programs = await buildNativeTests(options);
  const { passed, failed, remarks } = await runNativeTests({ ...options, programs });
  if (failed > 0 || passed === 0) throw new Error('see above');
  const counted = remarks.flatMap((remark) =>
    Array.from(remark.matchAll(/(\d+) ([a-z ]+)/g), ([, count, what]) => [what, Number(count)]),
  );
  return { checks: passed, ...Object.fromEntries(counted) };
}

function unavailable(reason) {
  return Object.assign(new Error(reason), { reason });
}
