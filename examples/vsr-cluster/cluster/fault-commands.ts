// Faults on command: a line of text each, from a key, an option or a file.
//
//   2s kill 1            at two seconds, ends replica 1 as SIGKILL would
//   4s loss 0.1          a tenth of all messages is lost
//   6s heal              no faults any more
//
// `primary` stands for whichever replica leads at that moment.

import { operator } from '../messages/codec.js';
import type { Message } from '../messages/messages.js';
import type { Cluster } from './launcher.js';
import { noLinkFaults } from './transport.js';
import { wrong } from './usage.js';

interface FaultCommand {
  readonly parameters: string;
  readonly help: string;
  readonly run: (cluster: Cluster, words: readonly string[]) => void;
}

const forgeries = ['malformed', 'signature', 'unknown_sender', 'not_primary'] as const;

export const faultCommands: Readonly<Record<string, FaultCommand>> = {
  loss: {
    parameters: 'SHARE',
    help: 'loses this share of all messages between replicas',
    run: (cluster, [share]) => onAllLinks(cluster, { loss: fraction(share) }),
  },
  delay: {
    parameters: 'MS',
    help: 'delays every message',
    run: (cluster, [ms]) => onAllLinks(cluster, { delay: milliseconds(ms) }),
  },
  reorder: {
    parameters: 'MS',
    help: 'delays each message by up to so much, so that they overtake each other',
    run: (cluster, [ms]) => onAllLinks(cluster, { jitter: milliseconds(ms) }),
  },
  duplicate: {
    parameters: 'SHARE',
    help: 'sends this share of all messages twice',
    run: (cluster, [share]) => onAllLinks(cluster, { duplication: fraction(share) }),
  },
  partition: {
    parameters: 'ID...',
    help: 'cuts these replicas off from the others',
    run: (cluster, words) => {
      const ids = words.map((word) => replica(cluster, word));
      for (let id = 0; id < cluster.rosterSize; id++) {
        const cut = everybody(cluster).filter((other) => ids.includes(other) !== ids.includes(id));
        cluster.setLink(id, { cut });
      }
    },
  },
  kill: {
    parameters: 'ID',
    help: 'ends a replica at once; it starts again a little later',
    run: (cluster, [id]) => cluster.kill(replica(cluster, id)),
  },
  'corrupt-log': {
    parameters: 'ID',
    help: 'damages an entry of the log on the disk',
    run: (cluster, [id]) => cluster.tell(replica(cluster, id), { type: 'damageLog' }),
  },
  'corrupt-superblock': {
    parameters: 'ID',
    help: 'damages a copy of the superblock on the disk',
    run: (cluster, [id]) => cluster.tell(replica(cluster, id), { type: 'damageSuperblock' }),
  },
  forge: {
    parameters: `ID ${forgeries.join('|')}`,
    help: 'sends a message that no correct replica sends',
    run: (cluster, [id, kind]) => forge(cluster, replica(cluster, id), kind),
  },
  skew: {
    parameters: 'ID MS',
    help: 'sets the clock on the wall wrong',
    run: (cluster, [id, ms]) =>
      cluster.tell(replica(cluster, id), { type: 'skew', ms: milliseconds(ms) }),
  },
  'slow-disk': {
    parameters: 'ID MS',
    help: 'lets every request to the disk take so much longer',
    run: (cluster, [id, ms]) =>
      cluster.tell(replica(cluster, id), { type: 'slowDisk', ms: milliseconds(ms) }),
  },
  promote: {
    parameters: 'STANDBY ID',
    help: 'makes a standby a member in the place of another',
    run: (cluster, [standby, replaced]) => {
      const message: Message = {
        type: 'StandbyPromotion',
        from: operator,
        standby: replica(cluster, standby),
        replaces: replica(cluster, replaced),
      };
      // Whoever does not lead leaves it alone.
      for (const id of everybody(cluster)) cluster.sendSigned(id, message);
    },
  },
  heal: {
    parameters: '',
    help: 'ends all faults',
    run: (cluster) => {
      for (const id of everybody(cluster)) {
        cluster.setLink(id, noLinkFaults);
        cluster.tell(id, { type: 'skew', ms: 0 });
        cluster.tell(id, { type: 'slowDisk', ms: 0 });
      }
    },
  },
};

/** Carries out a line: `kill primary`. @throws UsageError that says what is allowed */
export function runFault(cluster: Cluster, line: string): void {
  const [name = '', ...words] = line.trim().split(/\s+/);
  commandNamed(name).run(cluster, words);
}

export interface PlannedFault {
  readonly atMs: number;
  readonly line: string;
}

/** A script: lines, or parts between semicolons, each a time and a fault. */
export function parseScript(script: string): readonly PlannedFault[] {
  return script
    .split(/[\n;]/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, time, unit, fault = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)\s+(.+)$/.exec(line) ?? [];
      if (time === undefined) {
        const allowed = 'as in "2s kill primary" or "500ms loss 0.1"';
        throw wrong('a fault needs a time and a command', line, allowed);
      }
      commandNamed(fault.split(/\s+/)[0]!);
      return {
        atMs: Number(time) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm'],
        line: fault,
      };
    });
}

function commandNamed(name: string): FaultCommand {
  if (Object.hasOwn(faultCommands, name)) return faultCommands[name]!;
  throw wrong('no such fault', name, Object.keys(faultCommands));
}

function everybody({ rosterSize }: Cluster): number[] {
  return Array.from({ length: rosterSize }, (_, id) => id);
}

function onAllLinks(cluster: Cluster, faults: Parameters<Cluster['setLink']>[1]): void {
  for (const id of everybody(cluster)) cluster.setLink(id, faults);
}

function replica(cluster: Cluster, word: string | undefined): number {
  const id = word === 'primary' ? (cluster.primary ?? 0) : Number(word);
  if (Number.isInteger(id) && id >= 0 && id < cluster.rosterSize) return id;
  const allowed = ['primary', ...everybody(cluster).map(String)];
  throw wrong('no such replica', word ?? '', allowed);
}

function milliseconds(word: string | undefined): number {
  const ms = Number(word);
  if (word !== undefined && Math.abs(ms) <= 60_000) return ms;
  throw wrong('no time', word ?? '', 'milliseconds, up to 60000');
}

function fraction(word: string | undefined): number {
  const share = Number(word);
  if (word !== undefined && share >= 0 && share < 1) return share;
  throw wrong('no share', word ?? '', 'from 0 to less than 1');
}

function forge(cluster: Cluster, to: number, kind: string | undefined): void {
  const from = (to + 1) % cluster.rosterSize;
  const commit = {
    type: 'Commit',
    from,
    incarnation: 0,
    sequence: 0,
    view: to,
    commit: 0,
  } as const;
  switch (kind) {
    case 'malformed':
      cluster.tell(to, { type: 'frame', frame: 'x {"type":"Prepare"}' });
      return;
    case 'signature':
      cluster.tell(to, { type: 'frame', frame: `x ${JSON.stringify(commit)}` });
      return;
    case 'unknown_sender':
      cluster.sendSigned(to, { ...commit, from: 99 });
      return;
    case 'not_primary':
      cluster.sendSigned(to, commit);
      return;
    default:
      throw wrong('no such forgery', kind ?? '', forgeries);
  }
}
