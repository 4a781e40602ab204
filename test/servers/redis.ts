// A real Redis for tests, without anything on disk. `npm test` gets the program.

import type { Context } from 'mocha';
import { lacking } from '../exposition/programs.js';
import { runProgram } from '../support/processes.js';
import { canConnect, freePort } from './ports.js';
import { ServerProgram } from './program.js';

export interface RedisServer {
  readonly port: number;
  readonly program: ServerProgram;
}

/** In `before` or a test: with these settings, as `--requirepass secret`. */
export async function startRedis(context: Context, ...settings: string[]): Promise<RedisServer> {
  const { code, stderr } = await runProgram('redis-server', ['--version']);
  if (code !== 0) lacking(context, `redis-server (Debian: redis-tools): ${stderr.trim()}`);
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...settings];
  const program = await ServerProgram.start('redis-server', args, () => canConnect(port));
  return { port, program };
}
