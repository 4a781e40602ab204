// The words of an expression, one after the other.

import type { Place } from './expression.js';
import { invalid } from './failure.js';
import { readDuration, readNumber } from './numbers.js';
import { unquote } from './strings.js';

export interface Token extends Place {
  readonly kind: 'name' | 'number' | 'duration' | 'string' | 'sign' | 'end';
  /** As written. */
  readonly text: string;
  /** Of a number; of a duration, in milliseconds. */
  readonly value: number;
  /** Of a string, without quotes and escapes. */
  readonly content: string;
}

/** Longer ones first: the first that fits is taken. */
const signs = [
  ...['==', '!=', '>=', '<=', '=~', '!~', '</', '>/', '=', '>', '<', '+', '-', '*', '/', '%', '^'],
  ...['(', ')', '{', '}', '[', ']', ',', ':', '@'],
];

const blank = /[ \t\r\n]/;
const nameStart = /[a-zA-Z_:]/;
const name = /[a-zA-Z0-9_:]*/y;
const numberStart = /\.?\d/y;

export class Lexer {
  readonly #text: string;
  #at = 0;
  /** Between brackets a colon divides a range from a step; elsewhere it is part of a name. */
  #isInBrackets = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next word; at the end one without text, again and again. */
  next(): Token {
    this.#skipBlank();
    const start = this.#at;
    const letter = this.#text[start];
    if (letter === undefined) return this.#token('end', start);
    if (letter === '"' || letter === "'" || letter === '`') return this.#string(start, letter);
    numberStart.lastIndex = start;
    if (numberStart.test(this.#text)) return this.#number(start);
    if (nameStart.test(letter) && !(letter === ':' && this.#isInBrackets)) {
      name.lastIndex = start;
      this.#at += name.exec(this.#text)![0].length;
      return this.#named(start);
    }
    const sign = signs.find((each) => this.#text.startsWith(each, start));
    if (sign === undefined) {
      const given = String.fromCodePoint(this.#text.codePointAt(start)!);
      const problem = 'this character has no meaning here';
      throw this.#refused(problem, start, start + given.length, given);
    }
    this.#at += sign.length;
    if (sign === '[') this.#isInBrackets = true;
    if (sign === ']') this.#isInBrackets = false;
    return this.#token('sign', start);
  }

  #skipBlank(): void {
    while (this.#at < this.#text.length) {
      const letter = this.#text[this.#at]!;
      if (letter === '#') {
        while (this.#at < this.#text.length && !/[\r\n]/.test(this.#text[this.#at]!)) this.#at++;
      } else if (blank.test(letter)) this.#at++;
      else return;
    }
  }

  #named(start: number): Token {
    const value = /^(inf|nan)$/i.test(this.#text.slice(start, this.#at))
      ? readNumber(this.#text.slice(start, this.#at))
      : undefined;
    return value === undefined ? this.#token('name', start) : this.#token('number', start, value);
  }

  #number(start: number): Token {
    // A sign belongs to it only behind the e of an exponent.
    const run = /^[0-9a-zA-Z_.]*/;
    let text = run.exec(this.#text.slice(start))![0];
    if (/^[\d_.]+[eE]$/.test(text) && /[+-]/.test(this.#text[start + text.length] ?? '')) {
      text += this.#text[start + text.length];
      text += run.exec(this.#text.slice(start + text.length))![0];
    }
    this.#at = start + text.length;
    const value = readNumber(text);
    if (value !== undefined) return this.#token('number', start, value);
    const milliseconds = readDuration(text);
    if (milliseconds !== undefined) return this.#token('duration', start, milliseconds);
    const problem = 'this is neither a number nor a duration';
    const allowed = 'a number like 0.5, 1e9, 0x1F, 1_000 or Inf, or a duration like 1h30m or 250ms';
    throw this.#refused(problem, start, this.#at, text, allowed);
  }

  #string(start: number, quote: string): Token {
    let end = start + 1;
    while (this.#text[end] !== quote) {
      if (this.#text[end] === undefined || (quote !== '`' && this.#text[end] === '\n')) {
        throw this.#refused('this string has no end', start, end, this.#text.slice(start, end), [
          quote,
        ]);
      }
      end += quote !== '`' && this.#text[end] === '\\' ? 2 : 1;
    }
    this.#at = end + 1;
    const content = unquote(this.#text.slice(start, this.#at));
    if (typeof content === 'string') return this.#token('string', start, 0, content);
    const [from, to] = [start + content.start, start + content.end];
    throw this.#refused(content.problem, from, to, this.#text.slice(from, to));
  }

  #token(kind: Token['kind'], start: number, value = 0, content = ''): Token {
    const end = this.#at;
    return { kind, text: this.#text.slice(start, end), value, content, start, end };
  }

  #refused(
    problem: string,
    start: number,
    end: number,
    given: string,
    allowed?: string | readonly string[],
  ) {
    return invalid({ problem, given, allowed }, this.#text, { start, end });
  }
}
