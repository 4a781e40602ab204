// A terminal that remembers what is on it: just enough of one to check what programs draw.

/** Keeps a screen by the sequences it is sent; throws at anything it does not know. */
export class Screen {
  readonly width: number;
  readonly height: number;
  /** Whether the other screen, which programs that fill it use, is shown. */
  isAlternate = false;
  isCursorVisible = true;
  wraps = true;
  /** How often the whole screen was drawn. */
  draws = 0;
  #cells: string[][] = [];
  #row = 0;
  #column = 0;
  #pending = '';

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#clear();
  }

  get lines(): string[] {
    return this.#cells.map((row) => row.join('').trimEnd());
  }

  write(output: string): void {
    const text = this.#pending + output;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is sent
    const token = /\x1b\[([?]?)([\d;]*)([A-Za-z])|\x1b[^[]|[\s\S]/gu;
    // The beginning of a sequence waits for its end.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const cut = /\x1b(\[[?\d;]*)?$/.exec(text)?.index ?? text.length;
    this.#pending = text.slice(cut);
    for (const match of text.slice(0, cut).matchAll(token)) {
      const [whole, mark, parameters, final] = match;
      if (final !== undefined) this.#obey(mark === '?', parameters!, final);
      else if (whole === '\r') this.#column = 0;
      else if (whole === '\n') this.#newLine();
      else if (/^\p{Control}/u.test(whole)) throw new Error(`control ${JSON.stringify(whole)}`);
      else this.#put(whole);
    }
  }

  #obey(isPrivate: boolean, parameters: string, final: string): void {
    const command = `${isPrivate ? '?' : ''}${parameters}${final}`;
    switch (command) {
      case '?1049h':
      case '?1049l':
        this.isAlternate = final === 'h';
        this.#clear();
        return;
      case '?25h':
      case '?25l':
        this.isCursorVisible = final === 'h';
        return;
      case '?7h':
      case '?7l':
        this.wraps = final === 'h';
        return;
      case 'H':
        this.#row = 0;
        this.#column = 0;
        this.draws += 1;
        return;
      case 'K':
        this.#cells[this.#row]!.fill(' ', Math.min(this.#column, this.width - 1));
        return;
    }
    if (final !== 'm') throw new Error(`unknown sequence ${JSON.stringify(command)}`);
  }

  #newLine(): void {
    if (this.isAlternate && this.#row === this.height - 1) throw new Error('the screen scrolled');
    this.#row = Math.min(this.#row + 1, this.height - 1);
  }

  #put(character: string): void {
    if (this.isAlternate && this.#column >= this.width) throw new Error('a line is too long');
    this.#cells[this.#row]![Math.min(this.#column, this.width - 1)] = character;
    this.#column += 1;
  }

  #clear(): void {
    this.#row = 0;
    this.#column = 0;
    this.#cells = Array.from({ length: this.height }, () => Array(this.width).fill(' '));
  }
}
