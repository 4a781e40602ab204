#!/usr/bin/env node
// The command `vsr-metrics`: run.ts on the streams of this process.

import { isatty } from 'node:tty';
import { run } from './run.js';
import { processStreams } from './streams.js';

process.exitCode = await run(process.argv.slice(2), processStreams());

// Node aborts, with a core dump, when it cannot restore a terminal that is gone. Other programs end
// by this signal then.
const { stdin, stdout, stderr } = process;
const wasClosed = [stdin, stdout, stderr].some(({ isTTY, fd }) => isTTY && !isatty(fd));
if (wasClosed) process.kill(process.pid, 'SIGHUP');
