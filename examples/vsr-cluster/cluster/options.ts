// What `npm start` can be told.

import { parseArgs } from 'node:util';
import { faultCommands } from './fault-commands.js';
import { entry, wrap } from './text.js';
import { UsageError, wrong } from './usage.js';

export interface ClusterOptions {
  readonly replicas: number;
  readonly standbys: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number | undefined;
  readonly faults: string | undefined;
  readonly port: number | undefined;
  readonly config: string | undefined;
  readonly data: string | undefined;
  readonly file: string | undefined;
  readonly plain: boolean;
  readonly help: boolean;
}

interface Declared {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly value?: string;
  readonly about: string;
}

const declared = {
  replicas: { type: 'string', value: 'N', about: '3 or 5 (default 3)' },
  standbys: { type: 'string', value: 'N', about: 'replicas without a vote, 0 to 3 (default 0)' },
  rate: { type: 'string', value: 'N', about: 'requests per second (default 1000)' },
  duration: { type: 'string', value: 'SECONDS', about: 'ends after this many seconds' },
  faults: {
    type: 'string',
    value: 'SCRIPT',
    about: 'faults at given times: a file, or text as in "2s kill primary; 5s loss 0.1; 9s heal"',
  },
  port: {
    type: 'string',
    value: 'PORT',
    short: 'p',
    about: 'serves there (default 9464, or a free one)',
  },
  config: {
    type: 'string',
    value: 'F',
    short: 'c',
    about: 'reads how to serve from F, in TOML, as vsr-metrics serve does',
  },
  data: {
    type: 'string',
    value: 'DIR',
    about: 'keeps the logs of the replicas there; otherwise they are removed at the end',
  },
  file: {
    type: 'string',
    value: 'FILE',
    about: 'keeps the metrics there (default /dev/shm/vsr-cluster-PID.metrics, removed at the end)',
  },
  plain: { type: 'boolean', about: 'prints a line per second instead of a screen' },
  help: { type: 'boolean', short: 'h', about: 'prints this' },
} as const satisfies Readonly<Record<string, Declared>>;

/** @throws UsageError that says what was given, and what is allowed */
export function parseClusterOptions(args: readonly string[]): ClusterOptions {
  const { values } = parsed(args);
  const number = (name: 'standbys' | 'rate' | 'duration' | 'port', least: number, most: number) => {
    const given = values[name];
    if (given === undefined) return undefined;
    const isWhole = name === 'standbys' || name === 'port';
    const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'a whole number' : 'a number';
    throw wrong(`--${name} does not fit`, given, `${kind} from ${least} to ${most}`);
  };
  const replicas = values.replicas ?? '3';
  if (replicas !== '3' && replicas !== '5') {
    throw wrong('--replicas does not fit', replicas, ['3', '5']);
  }
  return {
    replicas: Number(replicas),
    standbys: number('standbys', 0, 3) ?? 0,
    rate: number('rate', 0, 1e6) ?? 1000,
    seconds: number('duration', 0.1, 1e6),
    faults: values.faults,
    port: number('port', 0, 65_535),
    config: values.config,
    data: values.data,
    file: values.file,
    plain: values.plain ?? false,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: declared });
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '(\S+)'/.exec(message)?.[1];
    // Node says what is wrong with the others.
    if (unknown === undefined) throw new UsageError(message);
    const names = Object.keys(declared).map((name) => `--${name}`);
    throw wrong('there is no such option', unknown, names);
  }
}

export function clusterHelp(): string {
  const options = Object.entries<Declared>(declared).map(([name, { short, value, about }]) => {
    const letter = short === undefined ? '' : `-${short}, `;
    return entry(`${letter}--${name}${value === undefined ? '' : ` ${value}`}`, about);
  });
  const faults = Object.entries(faultCommands).map(([name, { parameters, help }]) =>
    entry(`${name} ${parameters}`.trimEnd(), help),
  );
  return `Usage: npm start -- [options]

${paragraph(
  'Starts a cluster of Viewstamped Replication, each replica on a thread of its own with its log on disk, and clients that keep it busy. Serves its metrics on this machine and shows how it does. Ctrl-C ends it.',
)}

Options:
${options.join('\n')}

Faults, in a script or by the keys that the screen shows:
${faults.join('\n')}

Examples:
  npm start
  npm start -- --replicas 5 --rate 5000
  npm start -- --duration 20 --faults "5s kill primary; 10s corrupt-log 1"
`;
}

function paragraph(text: string): string {
  return wrap(text.split(' ')).join('\n');
}
