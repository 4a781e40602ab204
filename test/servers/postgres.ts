// A real PostgreSQL for tests, in a folder of its own. `npm test` gets the programs.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import pg from 'pg';
import { lacking } from '../exposition/programs.js';
import { freePort } from './ports.js';
import { ServerProgram } from './program.js';

export interface PostgresServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** It refuses to run as root; then it runs as nobody. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** In `before`: with a superuser `postgres` and the settings given, as `max_connections=3`. */
export async function startPostgres(
  context: Context,
  ...settings: string[]
): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'vsr-metrics-postgres-'));
  const { uid, gid } = user;
  const [data, password] = [join(folder, 'data'), join(folder, 'password')];
  await writeFile(password, 'secret\n');
  for (const path of [folder, password]) if (uid !== undefined) await chown(path, uid, gid);
  const { LD_PRELOAD, ...env } = process.env;
  const made = spawnSync(
    program('initdb'),
    ['-D', data, '-U', 'postgres', '--auth=password', `--pwfile=${password}`, '--no-sync'],
    { env: { ...env, LC_ALL: 'C' }, encoding: 'utf8', cwd: folder, ...user },
  );
  if (made.error !== undefined) {
    await rm(folder, { recursive: true });
    lacking(context, `initdb (Debian: postgresql): ${made.error.message}`);
  }
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const server = await ServerProgram.start(
    program('postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'].concat(
      settings.flatMap((each) => ['-c', each]),
    ),
    () => canLogIn(port),
    { cwd: folder, ...user },
  );
  return {
    port,
    async stop() {
      // At once, but it still returns its shared memory.
      await server.stop('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where it really lies: another user may not get to a folder of the checkout. */
function program(name: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return found === undefined ? name : realpathSync(found);
}

/** It listens before it takes connections. */
async function canLogIn(port: number): Promise<boolean> {
  const login = { host: '127.0.0.1', port, user: 'postgres', password: 'secret' };
  const client = new pg.Client(login);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
