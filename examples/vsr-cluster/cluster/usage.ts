// What is wrong with what somebody typed, and what would have been right.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * @example
 * throw wrong('no such fault', 'kil', ['kill', 'heal']);
 * // no such fault; given "kil"; did you mean kill?; allowed: kill, heal
 */
export function wrong(
  problem: string,
  given: string,
  allowed: string | readonly string[],
): UsageError {
  const meant = typeof allowed === 'string' ? undefined : nearest(given, allowed);
  const parts = [
    problem,
    `given ${JSON.stringify(given)}`,
    ...(meant === undefined ? [] : [`did you mean ${meant}?`]),
    `allowed: ${typeof allowed === 'string' ? allowed : allowed.join(', ')}`,
  ];
  return new UsageError(parts.join('; '));
}

/** The one that begins like it for longest, by two letters at least. */
function nearest(given: string, allowed: readonly string[]): string | undefined {
  const dashes = /^-*/.exec(given)![0].length;
  for (let length = given.length; length >= dashes + 2; length--) {
    const meant = allowed.find((value) => value.startsWith(given.slice(0, length)));
    if (meant !== undefined) return meant;
  }
  return undefined;
}
