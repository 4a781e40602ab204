// Which colour a line has: a replica has the same one in every chart.

import type { Labels } from './format.js';
import type { Store } from './store.js';

/** How many colours there are: --series-0 and so on in style.css. */
const colours = 8;

/** The number of its replica's colour; undefined for what belongs to none. */
export function colourOf(store: Store, labels: Labels): number | undefined {
  const index = memberIndex(store, labels) ?? replicaIndex(store, labels);
  return index === undefined ? undefined : index % colours;
}

function memberIndex({ values: { cluster } }: Store, labels: Labels): number | undefined {
  if (cluster === undefined) return undefined;
  const index = cluster.members.findIndex((member) => {
    const { file } = member.labels;
    if (file !== undefined && labels.file !== undefined && labels.file !== file) return false;
    const own = labels[cluster.label];
    if (own !== undefined) return own === member.labels[cluster.label];
    return labels.node_id !== undefined && labels.node_id === String(member.nodeId);
  });
  return index < 0 ? undefined : index;
}

function replicaIndex({ replicas }: Store, labels: Labels): number | undefined {
  const index = replicas?.values.indexOf(labels[replicas.label] ?? '') ?? -1;
  return index < 0 ? undefined : index;
}

/**
 * The colour of each line of a chart, and how many lines of that colour come before it: those are told
 * apart by their dashes. What belongs to no replica takes the colours by its order.
 */
export function lineStyles(
  lines: readonly { readonly colour?: number | undefined }[],
): readonly { readonly colour: number; readonly dash: number }[] {
  const seen = new Map<number, number>();
  return lines.map((line, index) => {
    const colour = line.colour ?? index % colours;
    const dash = seen.get(colour) ?? 0;
    seen.set(colour, dash + 1);
    return { colour, dash };
  });
}
