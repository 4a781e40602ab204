// The OpenTelemetry Collector, built from its modules: `npm run prove -- collector` exports to it.
// Its own builder puts it together. That takes Go, its module proxy, and several minutes the first
// time.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';
import { findProgram, run } from './run.mjs';
import { toolsPath } from './tools.mjs';

const version = 'v0.165.0';
const providers = 'v1.71.0';

/** What goes into it: a receiver of OTLP, and an exporter whose page can be read. */
const manifest = (folder) => `
dist:
  name: otel-collector
  output_path: ${folder}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver ${version}
exporters:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter ${version}
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider ${providers}
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider ${providers}
`;

/** Finds or builds it: `{ path }` or `{ reason }`. */
export async function ensureCollector() {
  const path = join(toolsPath, 'otel-collector');
  if (existsSync(path)) return { path };
  if (!findProgram('go')) return { reason: 'the collector is built by Go, which is not installed' };
  console.log(`tools: building the OpenTelemetry Collector ${version}; takes several minutes`);
  const folder = inRoot('.cache', 'collector');
  await mkdir(folder, { recursive: true });
  await mkdir(toolsPath, { recursive: true });
  await writeFile(join(folder, 'manifest.yaml'), manifest(folder));
  const builder = `go.opentelemetry.io/collector/cmd/builder@${version}`;
  const args = ['run', builder, '--config', join(folder, 'manifest.yaml')];
  const { code, output } = await run('go', args, { show: false, cwd: folder });
  if (code === 0) await rename(join(folder, 'otel-collector'), path);
  await rm(folder, { recursive: true });
  if (code === 0) return { path };
  return {
    reason: `the collector cannot be built: ${output.trim().split('\n').slice(-3).join(' ')}`,
  };
}
