// vsr-metrics serve: many files as one /metrics.

import { once } from 'node:events';
import { createDashboard } from '../dashboard/index.js';
import type { Arguments } from './arguments.js';
import type { serveCommand } from './commands.js';
import { exitCodes } from './failure.js';
import { MetricsPage } from './metrics-page.js';
import { MetricsServer } from './metrics-server.js';
import { parseLabels, parseSources } from './sources.js';

export async function serve(args: Arguments<typeof serveCommand.options>): Promise<number> {
  const commonLabels = parseLabels('--label', args.texts('label'));
  const sources = parseSources(args.operands, commonLabels);
  const port = args.number('port', { least: 0, most: 65535, whole: true }) ?? 9464;
  const host = args.text('host') ?? '127.0.0.1';
  const hungAfter = args.number('hung-after', { least: 0.1, most: 86_400 }) ?? 5;

  const report = (message: string) => console.error(`vsr-metrics serve: ${message}`);
  const page = new MetricsPage(sources, { commonLabels, hungAfterMs: hungAfter * 1000, report });
  const help = 'GET /metrics gives the metrics of all files, / shows them\n';
  const server = new MetricsServer({ page, dashboard: createDashboard(page), help, report });
  await server.listen(port, host);
  page.check();
  // Whoever reads the line may at once ask to stop.
  const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const files = sources.length === 1 ? '1 file' : `${sources.length} files`;
  console.log(`serving ${files} on ${server.url}`);
  await asked;
  await server.close();
  page.close();
  return exitCodes.ok;
}
