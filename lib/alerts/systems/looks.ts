// Commands that runbooks of every system have, as they can be pasted.

import type { Look } from '../alert.js';

export const looks = {
  top: {
    what: 'How the programs do, and what moves',
    command: 'npx vsr-metrics top --once /dev/shm/*.metrics',
  },
  health: { what: 'What the server says', command: 'curl -s http://localhost:9464/health' },
  status: { what: 'What it knows of itself', command: 'curl -s http://localhost:9464/status' },
  scraped: { what: 'What is scraped', command: 'curl -s http://localhost:9464/metrics' },
  crashed: {
    what: 'The last numbers of a program that crashed',
    command: 'npx vsr-metrics dump /dev/shm/replica-0.metrics.1',
  },
  disk: { what: 'How full the disks are', command: 'df -h' },
  memory: { what: 'Who has the memory', command: 'ps -eo pid,rss,comm --sort=-rss' },
  processor: { what: 'Who computes', command: 'ps -eo pid,pcpu,comm --sort=-pcpu' },
  clock: { what: 'Whether the clock is kept right', command: 'timedatectl status' },
  kernel: { what: 'What the kernel says of the disks', command: 'dmesg --level=err,warn' },
  sockets: { what: 'Errors of the network', command: 'ss --summary' },
} as const satisfies Readonly<Record<string, Look>>;
