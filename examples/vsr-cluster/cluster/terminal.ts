// The terminal that the screen is drawn on, and that is given back as it was.

import { writeSync } from 'node:fs';
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** A piece of a line, of one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

// The other screen, without cursor, without wrapping at the right edge.
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const clearLine = '\x1b[K';

export class Terminal {
  readonly #stops: (() => void)[] = [];

  get height(): number {
    return process.stdout.rows || 24;
  }

  /** Takes the screen, at the latest until the process ends. */
  enter({
    onKey,
    onResize,
    onGone,
  }: {
    /** Called with each character; Ctrl-C is one too. */
    readonly onKey: (key: string) => void;
    readonly onResize: () => void;
    /** Nobody types any more: the terminal was closed. */
    readonly onGone: () => void;
  }): void {
    const { stdin, stdout } = process;
    const pressed = (keys: string) => {
      for (const key of keys) onKey(key);
    };
    stdin.on('end', onGone).on('error', onGone).setEncoding('utf8').on('data', pressed);
    if (stdin.isTTY) stdin.setRawMode(true);
    stdout.on('resize', onResize);
    process.once('exit', this.leave);
    this.#stops.push(() => {
      stdin.off('end', onGone).off('data', pressed).pause();
      stdout.off('resize', onResize);
      process.off('exit', this.leave);
    });
    stdout.write(enter);
  }

  readonly leave = (): void => {
    if (this.#stops.length === 0) return;
    for (const stop of this.#stops.splice(0)) stop();
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    // At once: the process may be about to end.
    try {
      writeSync(process.stdout.fd, leave);
    } catch {
      // The terminal is gone; there is nothing left to restore.
    }
  };

  /** Replaces what is on the screen, line by line: as many lines as it has. */
  draw(lines: readonly Line[]): void {
    const texts = lines.map((line) => line.map(styled).join(''));
    process.stdout.write(home + texts.map((text) => clearLine + text).join('\r\n'));
  }
}

/** NO_COLOR, if it is set to anything, asks for no colors: https://no-color.org */
function styled({ text, style }: Span): string {
  const isColor = style !== undefined && style !== 'bold' && style !== 'dim';
  if (style === undefined || (isColor && (process.env.NO_COLOR ?? '') !== '')) return text;
  return styleText(style, text);
}
