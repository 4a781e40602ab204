// Prometheus' own PromQL engine, which tests hold ours against: test/promql/engine, built by Go from
// Prometheus' modules. Takes a minute the first time and a second after that.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';
import { toolsPath } from './tools.mjs';

/** Builds it anew when its sources changed: `{ path }` or `{ reason }`. */
export async function ensurePromqlEngine() {
  if (!findProgram('go')) {
    return { reason: "Prometheus' engine is built by Go, which is not installed" };
  }
  await mkdir(toolsPath, { recursive: true });
  const path = join(toolsPath, 'prometheus-promql');
  const folder = inRoot('test', 'promql', 'engine');
  const { code, output } = await run('go', ['build', '-o', path, '.'], {
    show: false,
    cwd: folder,
  });
  if (code === 0) return { path };
  const last = output.trim().split('\n').slice(-3).join(' ');
  return { reason: `Prometheus' engine cannot be built: ${last}` };
}
