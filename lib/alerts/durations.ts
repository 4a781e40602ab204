// Times as rules write them: '30s', '5m', '4h'.

/** One number and one unit. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitMs: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};

export const durationPattern = /^\d+(ms|s|m|h|d)$/;

export function durationMs(duration: Duration): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return Number(count) * unitMs[unit!]!;
}
