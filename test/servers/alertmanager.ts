// A real Alertmanager, for tests:
//
//   const alertmanager = await startAlertmanager();
//   await alertmanager.amtool('alert', 'query');
//   await alertmanager.stop();
//
// The program is the one of the Debian package, which `npm test` takes out of it. That one reads its
// templates from /usr/share and nowhere else. Where they are not installed it sees a /usr/share of its
// own, which nobody else does.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inPackage } from '../support/package-root.js';
import { canConnect, freePort } from './ports.js';
import { ServerProgram } from './program.js';

const execute = promisify(execFile);

export interface Alertmanager {
  readonly url: string;
  /** What amtool prints. */
  amtool(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const installed = '/usr/share/prometheus/alertmanager';
const unpacked = inPackage('.cache', 'tools', 'alertmanager-templates');

const withTemplates = [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  `mount -t tmpfs none /usr/share && mkdir -p ${installed} && cp "$0"/*.tmpl ${installed} && exec "$@"`,
];

/** Why there can be none here; undefined when there can. */
export async function whyNoAlertmanager(): Promise<string | undefined> {
  try {
    await execute('amtool', ['--version']);
    await execute('prometheus-alertmanager', ['--version']);
    if (existsSync(installed)) return undefined;
    const [command, ...args] = commandOf(['true']);
    await execute(command!, args);
    return undefined;
  } catch (error) {
    return `Alertmanager (Debian: prometheus-alertmanager): ${(error as Error).message}`;
  }
}

/** Resolves once it answers. It notifies nobody. */
export async function startAlertmanager(): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-alertmanager-'));
  const config = join(folder, 'alertmanager.yml');
  // JSON is YAML, too.
  await writeFile(config, '{"route":{"receiver":"none"},"receivers":[{"name":"none"}]}');
  const port = await freePort();
  const [command, ...args] = commandOf([
    ...['prometheus-alertmanager', `--config.file=${config}`, `--storage.path=${folder}`],
    ...['--cluster.listen-address=', `--web.listen-address=127.0.0.1:${port}`],
  ]);
  const program = await ServerProgram.start(command!, args, () => canConnect(port));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    amtool: async (...asked) => {
      const { stdout } = await execute('amtool', [`--alertmanager.url=${url}`, ...asked]);
      return stdout;
    },
    stop: async () => {
      await program.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function commandOf(command: readonly string[]): readonly string[] {
  return existsSync(installed) ? command : [...withTemplates, unpacked, ...command];
}
