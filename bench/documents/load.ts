// The section on the load that the VSR cluster was under, from the record of its proof.

import { formatNumber } from '../../lib/cli/text.js';
import { markdownTable } from './markdown.js';

export interface ProofRecord {
  readonly claim: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export function loadSection(record: ProofRecord | undefined): string {
  if (record === undefined) return 'No run of it at full size is recorded.';
  const rows = Object.entries(record.figures).map(([name, value]) => [
    // sustainedAskedPerSecond: sustained asked per second
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    Number.isInteger(value) ? formatNumber(value) : String(value),
  ]);
  const minutes = (record.seconds / 60).toFixed(0);
  const head = `In ${minutes} minutes it held that ${record.claim}.`;
  return `${head}\n\n${markdownTable(['figure', 'value'], rows)}`;
}
