// npm run bench:cluster: whether the instrumentation of the VSR example keeps to its budget, 1 % of
// what its replicas need for an operation without it.

import { parseArgs } from 'node:util';
import { describeOverhead, measureOverhead } from '../../lib/budget/index.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } });
const report = await measureOverhead({
  baseline: new URL('./without-metrics.js', import.meta.url),
  instrumented: new URL('./with-metrics.js', import.meta.url),
  budget: 0.01,
  limitSeconds: Number(values.seconds),
});
console.log(`three replicas, 32 operations: ${describeOverhead(report)}`);
process.exitCode = { within: 0, over: 1, undecided: 2 }[report.verdict];
