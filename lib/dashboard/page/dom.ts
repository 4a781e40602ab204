// Elements, made without any markup: what a label says can only ever be text.

type Child = Node | string;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An element that index.html has. */
export function find<Type extends HTMLElement = HTMLElement>(selector: string): Type {
  const found = document.querySelector<Type>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

/** One cell: its text, and a class that says how it is meant. */
export type Cell = string | { readonly text: string; readonly className: string };

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A table whose first column names the rows. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly { readonly key: string; readonly cells: readonly Cell[] }[],
): HTMLTableElement {
  const kind = (index: number): string => (columns[index]?.isNumber ? 'number' : '');
  const head = columns.map(({ title }, index) =>
    element('th', { scope: 'col', class: kind(index) }, title),
  );
  const body = rows.map(({ key, cells }) =>
    element(
      'tr',
      { 'data-key': key },
      ...cells.map((cell, index) => {
        const { text, className } = typeof cell === 'string' ? { text: cell, className: '' } : cell;
        const attributes = { class: `${kind(index)} ${className}`.trim() };
        return index === 0
          ? element('th', { scope: 'row', ...attributes }, text)
          : element('td', attributes, text);
      }),
    ),
  );
  return element(
    'table',
    { 'aria-label': caption },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/** Fills a select anew, only when what it offers has changed. */
export function fillSelect(
  select: HTMLSelectElement,
  options: readonly { readonly value: string; readonly text: string }[],
): void {
  const offered = JSON.stringify(options);
  if (select.dataset.offered === offered) return;
  const { value } = select;
  select.replaceChildren(
    ...options.map((each) => element('option', { value: each.value }, each.text)),
  );
  select.dataset.offered = offered;
  if (options.some((each) => each.value === value)) select.value = value;
}
