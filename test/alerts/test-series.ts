// Series as scenarios write them, for evaluators that want samples.

import { durationMs } from '../../lib/alerts/durations.js';
import { scrapeEvery, type TestSeries } from '../../lib/alerts/scenarios.js';
import { Labels, type Series } from '../../lib/promql/index.js';

/** The samples of a series up to a time, as promtool makes them: one each interval from 0 on. */
export function samplesOf({ name, labels, values }: TestSeries, untilMs: number): Series {
  const every = durationMs(scrapeEvery);
  const all = values
    .split(/ +/)
    .flatMap(expand)
    .map((value, index) => [index * every, value] as const)
    .filter((each): each is [number, number] => each[1] !== undefined && each[0] <= untilMs);
  return {
    labels: Labels.of({ ...labels, __name__: name }),
    times: all.map(([time]) => time),
    values: all.map(([, value]) => value),
  };
}

/** `5`, `5x3` (four times), `5+2x3`, `5-2x3`, and `_` for none. */
function expand(item: string): (number | undefined)[] {
  if (item === '_') return [undefined];
  const number = '-?\\d+(?:\\.\\d+)?(?:e\\d+)?';
  const [, first, step = '0', times = '0'] =
    new RegExp(`^(${number})([+-]\\d+(?:\\.\\d+)?(?:e\\d+)?)?(?:x(\\d+))?$`).exec(item) ?? [];
  if (first === undefined) throw new Error(`no values: ${item}`);
  return Array.from(
    { length: Number(times) + 1 },
    (_, index) => Number(first) + index * Number(step),
  );
}
