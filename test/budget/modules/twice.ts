import { work } from './work.js';

let operations = 0;

export default async () => {
  operations++;
  await Promise.resolve();
  return work(100_000);
};

export function check(counted: number): void {
  if (operations !== counted) throw new Error(`${operations} operations instead of ${counted}`);
}
