// The keys of the screen: each carries out a line of fault-commands.ts.

export interface FaultKey {
  readonly key: string;
  readonly help: string;
  readonly line: string;
}

export const keys: readonly FaultKey[] = [
  { key: 'k', help: 'kill primary', line: 'kill primary' },
  { key: 'p', help: 'partition', line: 'partition primary' },
  { key: 'l', help: 'loss', line: 'loss 0.1' },
  { key: 'd', help: 'delay', line: 'delay 20' },
  { key: 'r', help: 'reorder', line: 'reorder 20' },
  { key: 'u', help: 'duplicate', line: 'duplicate 0.2' },
  { key: 'c', help: 'corrupt log', line: 'corrupt-log 1' },
  { key: 's', help: 'superblock', line: 'corrupt-superblock 1' },
  { key: 'f', help: 'forge', line: 'forge 1 signature' },
  { key: 'w', help: 'wrong clock', line: 'skew primary 3000' },
  { key: 'o', help: 'slow disk', line: 'slow-disk primary 50' },
  { key: 'h', help: 'heal', line: 'heal' },
  { key: 'q', help: 'quit', line: '' },
];
