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

/** Sets a text only when it is another one, so that nothing is said twice and selections stay. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** How something does, in a word; colour and sign only repeat it. */
export type State = 'good' | 'warn' | 'bad' | 'unknown';

/** One cell: its text, and how that is meant. */
export type Cell = string | { readonly text: string; readonly state: State | 'muted' };

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

export interface Row {
  /** The same from second to second. */
  readonly key: string;
  readonly cells: readonly Cell[];
}

/** A table whose first column names the rows. It keeps its rows, and changes only their texts. */
export class Table {
  readonly root: HTMLTableElement;
  readonly #columns: readonly Column[];
  readonly #body = element('tbody');
  readonly #rows = new Map<string, HTMLTableRowElement>();
  readonly #titles: readonly HTMLElement[];

  constructor(caption: string, columns: readonly Column[]) {
    this.#columns = columns;
    this.#titles = columns.map(({ title, isNumber }) =>
      element('th', { scope: 'col', ...(isNumber && { class: 'number' }) }, title),
    );
    const head = element('thead', {}, element('tr', {}, ...this.#titles));
    this.root = element('table', { 'aria-label': caption }, head, this.#body);
  }

  retitle(column: number, title: string): void {
    setText(this.#titles[column]!, title);
  }

  /** The element of a row, in the order of the last `show`. */
  row(index: number): HTMLTableRowElement {
    return this.#body.rows[index]!;
  }

  show(rows: readonly Row[]): void {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    rows.forEach(({ key, cells }, index) => {
      const row = this.#rows.get(key) ?? this.#add(key);
      if (this.#body.rows[index] !== row) {
        this.#body.insertBefore(row, this.#body.rows[index] ?? null);
      }
      cells.forEach((cell, column) => {
        this.#fill(row.cells[column]!, column, cell);
      });
    });
  }

  #add(key: string): HTMLTableRowElement {
    const cells = this.#columns.map((_, index) =>
      index === 0 ? element('th', { scope: 'row' }, element('span')) : element('td'),
    );
    const row = element('tr', { 'data-key': key }, ...cells);
    this.#rows.set(key, row);
    return row;
  }

  #fill(made: HTMLTableCellElement, column: number, cell: Cell): void {
    const { text, state } = typeof cell === 'string' ? { text: cell, state: '' } : cell;
    // In the first column, which may have a swatch, the text has an element of its own.
    setText(made.lastElementChild ?? made, text);
    const name = `${this.#columns[column]!.isNumber ? 'number' : ''} ${state}`.trim();
    if (made.className !== name) made.className = name;
  }
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
