// The terminal that `top` draws on, and gives back as it was.

import { writeSync } from 'node:fs';
import { emitKeypressEvents } from 'node:readline';
import type { Input, Output, Streams } from '../streams.js';
import type { Key } from './controls.js';
import type { Line, Style } from './view.js';

// How every control sequence begins.
const csi = '\x1b[';
// The other screen, without cursor, without wrapping at the right edge.
const enter = `${csi}?1049h${csi}?25l${csi}?7l`;
const leave = `${csi}0m${csi}?7h${csi}?25h${csi}?1049l`;
const home = `${csi}H`;
const clearLine = `${csi}K`;

const codes: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  reverse: '7',
  red: '31',
  green: '32',
  yellow: '33',
};

export class Terminal {
  readonly #output: Output;
  readonly #input: Input;
  readonly #hasColors: boolean;
  #isEntered = false;

  /** Whether more than ASCII can be shown. */
  readonly unicode: boolean;

  constructor({ stdin, stdout, environment }: Streams) {
    this.#input = stdin;
    this.#output = stdout;
    // NO_COLOR, if it is set to anything, asks for none: https://no-color.org
    this.#hasColors = (environment.NO_COLOR ?? '') === '';
    this.unicode = isUnicode(environment);
  }

  get width(): number {
    return this.#output.columns || 80;
  }

  get height(): number {
    return this.#output.rows || 24;
  }

  /** Takes the screen. It is given back at the latest when the process ends. */
  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    process.once('exit', this.#leaveAtExit);
    if (this.#input.isTTY === true) this.#input.setRawMode?.(true);
    this.#output.write(enter);
  }

  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.off('exit', this.#leaveAtExit);
    if (this.#input.isTTY === true) this.#input.setRawMode?.(false);
    // At once: the process may be about to end or to stop.
    try {
      writeSync(this.#output.fd ?? 1, leave);
    } catch {
      // The terminal is gone; there is nothing left to restore.
    }
  }

  /** Replaces what is on the screen, line by line: as many lines as it has. */
  draw(lines: readonly Line[]): void {
    const texts = lines.map((line) => line.map((span) => this.#styled(span)).join(''));
    // Each line is cleared first: behind a full one the cursor would stand on its last character.
    this.#output.write(home + texts.map((text) => clearLine + text).join('\r\n'));
  }

  /** Tells of every key, of a new size of the window, and that the terminal is gone. */
  listen({
    onKey,
    onResize,
    onGone,
  }: {
    readonly onKey: (key: Key) => void;
    readonly onResize: () => void;
    readonly onGone: () => void;
  }): () => void {
    const key = (_: string | undefined, pressed: Key) => onKey(pressed);
    this.#output.on('resize', onResize);
    if (this.#input.isTTY === true) {
      emitKeypressEvents(this.#input);
      this.#input.on('keypress', key);
      for (const end of ['end', 'error', 'close']) this.#input.on(end, onGone);
      this.#input.resume();
    }
    return () => {
      this.#output.off('resize', onResize);
      this.#input.off('keypress', key);
      for (const end of ['end', 'error', 'close']) this.#input.off(end, onGone);
      this.#input.pause();
    };
  }

  readonly #leaveAtExit = () => this.leave();

  #styled({ text, style }: Line[number]): string {
    if (style === undefined || text === '') return text;
    const isColor = codes[style].startsWith('3');
    if (isColor && !this.#hasColors) return text;
    return `${csi}${codes[style]}m${text}${csi}0m`;
  }
}

function isUnicode({ LC_ALL, LC_CTYPE, LANG }: Streams['environment']): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}
