// What the grammar that Prometheus publishes for editors makes of a text: a second opinion on where
// each part begins and ends. It knows no types.

import { parser } from '@prometheus-io/lezer-promql';
import type { Expression } from '../../lib/promql/expression.js';
import { childrenOf } from '../../lib/promql/walk.js';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** Each node by its kind and its place, outer ones first; undefined when the text is refused. */
export function outlineByLezer(text: string): string[] | undefined {
  const tree = parser.parse(text);
  let isRefused = false;
  tree.iterate({
    enter: ({ type }) => {
      isRefused ||= type.isError;
    },
  });
  const [first] = expressionsIn(tree.topNode);
  return isRefused || first === undefined ? undefined : outline(first, text);
}

/** The same of a tree of ours. */
export function outlineOf(expression: Expression): string[] {
  const { start, end } = expression.place!;
  const children = expression.kind === 'range' ? [] : childrenOf(expression);
  return [`${expression.kind} ${start}-${end}`, ...children.flatMap(outlineOf)];
}

const kinds: Readonly<Record<string, Expression['kind']>> = {
  AggregateExpr: 'aggregation',
  BinaryExpr: 'binary',
  FunctionCall: 'call',
  MatrixSelector: 'range',
  NumberDurationLiteral: 'number',
  ParenExpr: 'parentheses',
  StringLiteral: 'string',
  SubqueryExpr: 'subquery',
  UnaryExpr: 'negation',
  VectorSelector: 'selector',
};

function outline(node: SyntaxNode, text: string, place = node): string[] {
  const children = expressionsIn(node);
  // An offset is part of what it stands behind, and so is a plus.
  const isPart =
    node.name === 'OffsetExpr' || (node.name === 'UnaryExpr' && text[node.from] === '+');
  if (isPart) return outline(children[0]!, text, place);
  const inner = node.name === 'MatrixSelector' ? [] : children;
  const kind = kinds[node.name] ?? node.name;
  const own = `${kind} ${place.from}-${place.to}`;
  return [own, ...inner.flatMap((child) => outline(child, text))];
}

/** The expressions directly below a node. */
function expressionsIn(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name in kinds || child.name === 'OffsetExpr') found.push(child);
    else if (child.name === 'FunctionCallBody') found.push(...expressionsIn(child));
  }
  return found;
}
