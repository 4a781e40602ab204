// The syntax of regular expressions that Prometheus uses, RE2's: no look-around, no references back.
// That is what lets a pattern be run in time linear in the text, whoever wrote the pattern.

/** A pattern as a tree. */
export type Pattern =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'character';
      readonly fits: (code: number) => boolean;
      readonly literal?: string;
    }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly choices: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly part: Pattern }
  | { readonly kind: 'assertion'; readonly holds: Assertion };

export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'boundary' | 'inside';

export interface ParsedPattern {
  readonly pattern: Pattern;
  /** Of groups that capture, the whole not counted. */
  readonly groups: number;
  /** Several groups may have one name. */
  readonly groupsByName: ReadonlyMap<string, readonly number[]>;
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

type Fits = (code: number) => boolean;

/** As RE2 has it: more would make a small pattern a huge program. */
const mostRepeats = 1000;

/** Of a group that has a name. */
const longestName = 200;

/** Deeper nesting would exhaust the stack. */
const deepest = 200;

const ascii: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the class is
  ascii: /[\x00-\x7f]/,
  blank: /[\t ]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the class is
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\v\f\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};

const perl: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  s: /[\t\n\f\r ]/,
  w: /[0-9A-Za-z_]/,
};

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Thrown within this file, caught at its edge. */
class Malformed extends Error {}

/** The tree of a pattern, or what is wrong with it. `.` fits a line feed too, as in Prometheus. */
export function parsePattern(text: string): ParsedPattern | { readonly problem: string } {
  try {
    return new PatternParser(text).parse();
  } catch (error) {
    if (error instanceof Malformed) return { problem: `this regular expression ${error.message}` };
    throw error;
  }
}

class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #groups = 0;
  readonly #groupsByName = new Map<string, readonly number[]>();
  #flags: Flags = { i: false, m: false, s: true, U: false };

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  parse(): ParsedPattern {
    const pattern = this.#choice();
    if (this.#at < this.#characters.length) throw new Malformed('has a ")" too many');
    return { pattern, groups: this.#groups, groupsByName: this.#groupsByName };
  }

  #choice(): Pattern {
    if (++this.#depth > deepest) throw new Malformed('is nested too deeply');
    const choices = [this.#sequence()];
    while (this.#take('|')) choices.push(this.#sequence());
    this.#depth--;
    return choices.length === 1 ? choices[0]! : { kind: 'choice', choices };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#characters.length && !this.#looksAt('|') && !this.#looksAt(')')) {
      const atoms = this.#atom();
      // What follows flags repeats what stands before them.
      if (atoms === undefined && (parts.length === 0 || !this.#looksAtCount())) continue;
      const all = atoms ?? [parts.pop()!];
      parts.push(...all.slice(0, -1), this.#repeated(all.at(-1)!));
    }
    if (parts.length === 0) return { kind: 'empty' };
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  #repeated(part: Pattern): Pattern {
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    const [least, most] = bounds;
    const isLazy = this.#take('?') !== this.#flags.U;
    if (this.#bounds() !== undefined) throw new Malformed('repeats a repetition');
    return { kind: 'repeat', part, least, most, isLazy };
  }

  #looksAtCount(): boolean {
    const at = this.#at;
    const isCount = this.#bounds() !== undefined;
    this.#at = at;
    return isCount;
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (!this.#looksAt('{')) return undefined;
    const rest = this.#characters.slice(this.#at, this.#at + 20).join('');
    const found = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    // A brace that begins no count stands for itself.
    if (found === null) return undefined;
    const least = Number(found[1]);
    const most =
      found[2] === undefined
        ? least
        : found[3] === ''
          ? Number.POSITIVE_INFINITY
          : Number(found[3]);
    if (least > mostRepeats || (most > mostRepeats && Number.isFinite(most)) || most < least) {
      throw new Malformed(`repeats by ${found[0]}, which is too much or makes no sense`);
    }
    this.#at += found[0].length;
    return [least, most];
  }

  /** One atom; several of quoted text; none of flags. */
  #atom(): Pattern[] | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return [{ kind: 'character', fits: this.#set() }];
      case '.': {
        const { s } = this.#flags;
        return [{ kind: 'character', fits: (code) => s || code !== 10 }];
      }
      case '^':
        return [{ kind: 'assertion', holds: this.#flags.m ? 'lineStart' : 'textStart' }];
      case '$':
        return [{ kind: 'assertion', holds: this.#flags.m ? 'lineEnd' : 'textEnd' }];
      case '*':
      case '+':
      case '?':
        throw nothingToRepeat(character);
      case '{':
        this.#at--;
        if (this.#looksAtCount()) throw nothingToRepeat(character);
        return [this.#literal(this.#next())];
      case '\\':
        return this.#escaped();
      default:
        return [this.#literal(character)];
    }
  }

  #literal(character: string): Pattern {
    const code = character.codePointAt(0)!;
    const fits = this.#fold((given) => given === code);
    return { kind: 'character', fits, ...(!this.#flags.i && { literal: character }) };
  }

  /** Before a set is negated: what is not an a is no A either. */
  #fold(fits: Fits): Fits {
    if (!this.#flags.i) return fits;
    return (code) => {
      const character = String.fromCodePoint(code);
      return (
        fits(code) ||
        fits(character.toLowerCase().codePointAt(0)!) ||
        fits(character.toUpperCase().codePointAt(0)!)
      );
    };
  }

  #testing(plain: RegExp, isNegated: boolean): Fits {
    const fits = this.#fold((code) => plain.test(String.fromCodePoint(code)));
    return (code) => fits(code) !== isNegated;
  }

  #group(): Pattern[] | undefined {
    const outer = this.#flags;
    let index: number | undefined;
    if (this.#take('?')) {
      const rest = this.#characters.slice(this.#at, this.#at + longestName + 10).join('');
      const named = /^P?<([A-Za-z0-9_]+)>/.exec(rest);
      if (named !== null) {
        this.#at += named[0].length;
        index = ++this.#groups;
        const others = this.#groupsByName.get(named[1]!) ?? [];
        this.#groupsByName.set(named[1]!, [...others, index]);
      } else {
        const flags = /^([imsU]*)(-[imsU]+)?([:)])/.exec(rest);
        if (flags === null) {
          throw new Malformed('has a "(?" that RE2 does not know, such as look-around');
        }
        this.#at += flags[0].length;
        this.#flags = changed(outer, flags[1]!, flags[2] ?? '');
        if (flags[3] === ')') {
          if (flags[0] === ')') throw new Malformed('has a "(?" without flags');
          return undefined;
        }
      }
    } else index = ++this.#groups;
    const part = this.#choice();
    if (!this.#take(')')) throw new Malformed('has a "(" that nothing closes');
    this.#flags = outer;
    return [index === undefined ? part : { kind: 'group', index, part }];
  }

  /** What a backslash begins, outside of brackets. */
  #escaped(): Pattern[] | undefined {
    const letter = this.#next();
    if (letter === 'Q') {
      const quoted: Pattern[] = [];
      while (this.#at < this.#characters.length) {
        if (this.#looksAt('\\') && this.#characters[this.#at + 1] === 'E') {
          this.#at += 2;
          break;
        }
        quoted.push(this.#literal(this.#next()));
      }
      return quoted.length === 0 ? undefined : quoted;
    }
    const assertions: Readonly<Record<string, Assertion>> = {
      ...{ A: 'textStart', z: 'textEnd', b: 'boundary', B: 'inside' },
    };
    const holds = assertions[letter];
    if (holds !== undefined) return [{ kind: 'assertion', holds }];
    const named = this.#namedSet(letter);
    if (named !== undefined) return [{ kind: 'character', fits: named }];
    return [this.#literal(String.fromCodePoint(this.#escapedCode(letter)))];
  }

  /** `\d`, `\pL` and the like. */
  #namedSet(letter: string): Fits | undefined {
    const plain = perl[letter.toLowerCase()];
    if (plain !== undefined) return this.#testing(plain, letter !== letter.toLowerCase());
    if (letter !== 'p' && letter !== 'P') return undefined;
    let name = this.#next();
    if (name === '{') {
      name = '';
      while (!this.#take('}')) name += this.#next();
    }
    const isNegated = name.startsWith('^') !== (letter === 'P');
    const bare = name.replace(/^\^/, '');
    for (const property of [bare, `Script=${bare}`]) {
      try {
        return this.#testing(new RegExp(`\\p{${property}}`, 'u'), isNegated);
      } catch {
        // Not that kind of property.
      }
    }
    throw new Malformed(`names a class \\p{${bare}} that there is not`);
  }

  #escapedCode(letter: string): number {
    const control = controls[letter];
    if (control !== undefined) return control;
    if (letter === 'x') {
      const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
      const found = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/.exec(rest);
      const code = found === null ? Number.NaN : Number.parseInt(found[1] ?? found[2]!, 16);
      if (!(code <= 0x10ffff)) throw new Malformed('has an escape \\x without a character');
      this.#at += found![0].length;
      return code;
    }
    if (/[0-7]/.test(letter)) {
      const rest = this.#characters.slice(this.#at, this.#at + 2).join('');
      const digits = /^[0-7]*/.exec(rest)![0];
      // Go takes a single digit other than 0 for a reference back, which it lacks.
      if (letter !== '0' && digits === '') throw new Malformed(`refers back by \\${letter}`);
      this.#at += digits.length;
      return Number.parseInt(letter + digits, 8);
    }
    if (/[0-9A-Za-z]/.test(letter) || letter.codePointAt(0)! >= 0x80) {
      throw new Malformed(`has an escape \\${letter} that there is not`);
    }
    return letter.codePointAt(0)!;
  }

  /** What stands in brackets; the first of them is read. */
  #set(): Fits {
    const isNegated = this.#take('^');
    const fits: Fits[] = [];
    for (let isFirst = true; isFirst || !this.#looksAt(']'); isFirst = false) {
      const named = this.#setWithinSet();
      if (named !== undefined) {
        fits.push(named);
        continue;
      }
      const low = this.#characterOfSet();
      let high = low;
      if (this.#looksAt('-') && this.#characters[this.#at + 1] !== ']') {
        this.#next();
        high = this.#characterOfSet();
        if (high < low) throw new Malformed('has a range in brackets that ends before it begins');
      }
      const end = high;
      fits.push(this.#fold((code) => code >= low && code <= end));
    }
    this.#next();
    return (code) => fits.some((each) => each(code)) !== isNegated;
  }

  #setWithinSet(): Fits | undefined {
    if (this.#looksAt('[') && this.#characters[this.#at + 1] === ':') {
      const rest = this.#characters.slice(this.#at, this.#at + 14).join('');
      const found = /^\[:(\^?)([a-z]+):\]/.exec(rest);
      const plain = found === null ? undefined : ascii[found[2]!];
      if (found !== null && plain === undefined) {
        throw new Malformed(`names a class ${found[0]} that there is not`);
      }
      if (found === null) return undefined;
      this.#at += found[0].length;
      return this.#testing(plain!, found[1] === '^');
    }
    if (!this.#looksAt('\\')) return undefined;
    const letter = this.#characters[this.#at + 1] ?? '';
    if (!/^[dswpDSWP]$/.test(letter)) return undefined;
    this.#at += 2;
    return this.#namedSet(letter);
  }

  #characterOfSet(): number {
    const character = this.#next();
    return character === '\\' ? this.#escapedCode(this.#next()) : character.codePointAt(0)!;
  }

  #looksAt(character: string): boolean {
    return this.#characters[this.#at] === character;
  }

  #take(character: string): boolean {
    if (!this.#looksAt(character)) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new Malformed('ends too early');
    return character;
  }
}

function nothingToRepeat(character: string): Malformed {
  return new Malformed(`has a "${character}" with nothing before it`);
}

function changed(flags: Flags, on: string, off: string): Flags {
  const all = { ...flags };
  for (const flag of on) all[flag as keyof Flags] = true;
  for (const flag of off.slice(1)) all[flag as keyof Flags] = false;
  return all;
}
