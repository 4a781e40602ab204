// The work of the modules beside: some tens of microseconds of arithmetic.

let sum = 0;

export function work(steps: number): number {
  for (let step = 0; step < steps; step++) sum = Math.imul(sum ^ step, 0x01000193);
  return sum;
}
