// `top` as plain text, once: for pipes, files and `--once`.

import { alignColumns } from '../text.js';
import { columns } from './columns.js';
import { arrange, type Controls } from './controls.js';
import type { FileState, Row } from './model.js';
import { fullName, stateSpans } from './view.js';

export function plainText(
  { rows, files }: { readonly rows: readonly Row[]; readonly files: readonly FileState[] },
  controls: Controls,
): string {
  const states = files.map((file) => `${file.name}  ${textOf(file)}\n`);
  const isNumbered = files.length > 1;
  const shown = Object.values(columns);
  const header = ['SERIES', ...(isNumbered ? ['FILE'] : []), ...shown.map(({ title }) => title)];
  const names = files.map(({ name }) => name);
  const table = arrange(rows, controls, names).map((row) => [
    fullName(row),
    ...(isNumbered ? [names[row.file]!] : []),
    ...shown.map((column) => column.text(row, controls.total)),
  ]);
  return `${states.join('')}\n${alignColumns([header, ...table])}`;
}

function textOf(file: FileState): string {
  return stateSpans(file)
    .map(({ text }) => text)
    .join('');
}
