// The section on what metrics add to a replica's handlers.

import type { BudgetResults } from '../budget/measure.js';
import { tableHead, tableRow } from '../budget/table.js';
import { machineLine } from '../harness/machine.js';
import { markdownTable } from './markdown.js';

export function budgetSection({ startedAt, machine, handlers }: BudgetResults): string {
  return `## What metrics add to a replica

\`npm run bench:budget\`, measured on ${startedAt.slice(0, 10)}: ${machineLine(machine)}.
[budget.md](budget.md#this-librarys-own-budget) says what the columns are.

${markdownTable(tableHead, handlers.map(tableRow))}
`;
}
