// Keeps both processes of a pair on one processor, in turns on each there is.
//
// Two processors of one machine are seldom equally fast: what their neighbours do, or the host of a
// virtual machine, differs by several per cent for seconds. Two processes that stay on different
// ones would measure that. Linux' taskset starts a program on a processor; elsewhere the result is
// as honest, and takes longer.

import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What `fork` needs to know to start a program on a processor. */
export interface Pinning {
  readonly execPath?: string;
  readonly execArgv?: string[];
}

/** The processor of a round; none where it cannot be chosen. */
export function pinningOf(round: number): Pinning {
  const processors = allowedProcessors();
  const taskset = findTaskset();
  if (taskset === undefined || processors.length < 2) return {};
  const processor = String(processors[round % processors.length]);
  return {
    execPath: taskset,
    execArgv: ['-c', processor, process.execPath, ...process.execArgv],
  };
}

/** Which processors this process may run on: a container seldom has all. */
function allowedProcessors(): number[] {
  if (process.platform !== 'linux') return [];
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return processorsIn(list);
}

/**
 * @example
 * processorsIn('0-2,8'); // [0, 1, 2, 8]
 */
export function processorsIn(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    if (range === '' || !(last! >= first!)) return [];
    return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
  });
}

function findTaskset(): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((path) => join(path, 'taskset'));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
