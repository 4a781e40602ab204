// What was probably meant by a name that there is not.

/** The candidate that was probably meant; undefined when none is near. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // Further off than this it is another word.
  let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of candidates) {
    const isBeginning = given.length >= 3 && candidate.startsWith(given);
    const distance = isBeginning ? 1 : editDistance(given.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** How many letters must be added, dropped, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = last[column - 1]! + Number(a[row - 1] !== b[column - 1]);
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, replace);
      const isSwap = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) least = Math.min(least, beforeLast[column - 2]! + 1);
      current.push(least);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
