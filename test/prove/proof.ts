// A proof: one claim about the library, tried as often as it takes to believe it.
//
// Each has a full size, run by `npm run prove`, and a short one that the tests run on every change.
// Both run the same code.

export interface Proof<Size> {
  readonly name: string;
  /** What is claimed, in one sentence. */
  readonly claim: string;
  readonly full: Size;
  readonly short: Size;
  /** Throws when the claim does not hold; returns the figures that show the work was done. */
  run(size: Size, progress: (done: number, of: number) => void): Promise<Record<string, number>>;
}

/** A proof whose sizes only it understands. */
export interface RunnableProof {
  readonly name: string;
  readonly claim: string;
  readonly sizes: Readonly<Record<'full' | 'short', unknown>>;
  run(
    size: 'full' | 'short',
    progress: (done: number, of: number) => void,
  ): Promise<Record<string, number>>;
}

export function runnable<Size>(proof: Proof<Size>): RunnableProof {
  return {
    name: proof.name,
    claim: proof.claim,
    sizes: { full: proof.full, short: proof.short },
    run: (size, progress) => proof.run(proof[size], progress),
  };
}

/** Ends the proof when something is not as claimed. */
export function claim(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Ends early when the signal says so. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Runs `task` for 0 to count - 1, at most `atOnce` at the same time. */
export async function inParallel(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}
