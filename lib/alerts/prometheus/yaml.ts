// YAML, as much of it as rules need, always the same for the same value: texts in quotes, expressions
// in blocks, and comments.

/** A text of PromQL: written in a block, as it is. */
export class Block {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Lines for people in front of an item of a list. */
export class Commented {
  readonly comments: readonly string[];
  readonly value: Yaml;

  constructor(comments: readonly string[], value: Yaml) {
    this.comments = comments;
    this.value = value;
  }
}

export type Yaml =
  | string
  | number
  | Block
  | Commented
  | readonly Yaml[]
  | { readonly [name: string]: Yaml | undefined };

export function toYaml(value: Yaml): string {
  return `${linesOf(value).join('\n')}\n`;
}

/** As lines that are not indented yet. */
function linesOf(value: Yaml): string[] {
  if (value instanceof Commented) return [...value.comments.map(comment), ...linesOf(value.value)];
  if (value instanceof Block || typeof value !== 'object') return [scalar(value as string)];
  if (isList(value)) return value.length === 0 ? ['[]'] : value.flatMap(itemLines);
  const entries = Object.entries(value).filter(
    (entry): entry is [string, Yaml] => entry[1] !== undefined,
  );
  return entries.length === 0 ? ['{}'] : entries.flatMap(([name, each]) => entryLines(name, each));
}

function itemLines(item: Yaml): string[] {
  const [comments, value] = item instanceof Commented ? [item.comments, item.value] : [[], item];
  const [first, ...rest] = linesOf(value);
  return [...comments.map(comment), `- ${first}`, ...rest.map((line) => indent(line))];
}

function entryLines(name: string, value: Yaml): string[] {
  const key = /^[a-zA-Z_][\w-]*$/.test(name) ? name : scalar(name);
  if (value instanceof Block) {
    return [`${key}: |-`, ...value.text.split('\n').map((line) => indent(line))];
  }
  if (typeof value !== 'object') return [`${key}: ${scalar(value)}`];
  const lines = linesOf(value);
  const isEmpty = lines.length === 1 && /^(\[\]|\{\})$/.test(lines[0]!);
  return isEmpty ? [`${key}: ${lines[0]}`] : [`${key}:`, ...lines.map((line) => indent(line))];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function indent(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function comment(text: string): string {
  return text === '' ? '#' : `# ${text}`;
}

/** What a plain word may be without being taken for something else. */
const plainWord = /^[a-zA-Z][\w-]*$/;
const meansSomething = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const isPlain =
    (plainWord.test(value) && !meansSomething.test(value)) || /^\d+(ms|s|m|h|d|w|y)$/.test(value);
  // A JSON string is a YAML string.
  return isPlain ? value : JSON.stringify(value);
}
