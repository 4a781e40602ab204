// `top` as plain text, once: for pipes, files and `--once`.

import type { Cluster } from '../../catalogues/cluster/cluster.js';
import { alignColumns } from '../text.js';
import { columns } from './columns.js';
import { arrange, type Controls } from './controls.js';
import type { FileState, Row } from './model.js';
import { clusterLines, fullName, type Line, stateSpans } from './view.js';

export function plainText(
  {
    rows,
    files,
    cluster,
  }: {
    readonly rows: readonly Row[];
    readonly files: readonly FileState[];
    readonly cluster: Cluster | undefined;
  },
  controls: Controls,
): string {
  const states = files.map((file) => `${file.name}  ${textOf(stateSpans(file))}\n`);
  const isNumbered = files.length > 1;
  const shown = Object.values(columns);
  const header = ['SERIES', ...(isNumbered ? ['FILE'] : []), ...shown.map(({ title }) => title)];
  const names = files.map(({ name }) => name);
  const table = arrange(rows, controls, names).map((row) => [
    fullName(row),
    ...(isNumbered ? [row.file === undefined ? '*' : names[row.file]!] : []),
    ...shown.map((column) => column.text(row, controls.total)),
  ]);
  const members = clusterLines(cluster).map((line) => `${textOf(line)}\n`);
  return `${states.join('')}${members.join('')}\n${alignColumns([header, ...table])}`;
}

function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}
