// A pattern as a program that follows all ways through it at once, a character at a time (Thompson,
// Pike): linear in the text, where a backtracking engine can be made to take years.

import type { Assertion, Pattern } from './syntax.js';

type Instruction =
  | { readonly do: 'character'; readonly fits: (code: number) => boolean }
  | { readonly do: 'split'; first: number; second: number }
  | { readonly do: 'jump'; to: number }
  | { readonly do: 'save'; readonly slot: number }
  | { readonly do: 'assert'; readonly holds: Assertion }
  | { readonly do: 'end' };

/** Where the whole and each group begin and end, as offsets in characters; -1: took no part. */
type Slots = readonly number[];

/** More than that is a pattern that repeats repetitions. */
const mostInstructions = 20_000;

export class Program {
  readonly #instructions: readonly Instruction[];
  readonly #slots: number;

  private constructor(instructions: readonly Instruction[], slots: number) {
    this.#instructions = instructions;
    this.#slots = slots;
  }

  /** Undefined when it would be too large. */
  static of(pattern: Pattern, groups: number): Program | undefined {
    const instructions: Instruction[] = [];
    if (!emit(pattern, instructions)) return undefined;
    instructions.push({ do: 'end' });
    return new Program(instructions, 2 * (groups + 1));
  }

  /** Whether the whole text fits. */
  test(text: string): boolean {
    return this.#run(Array.from(text), false) !== undefined;
  }

  /** What each group fits when the whole text does: the first is the whole. */
  groups(text: string): (string | undefined)[] | undefined {
    const characters = Array.from(text);
    const slots = this.#run(characters, true);
    if (slots === undefined) return undefined;
    const found: (string | undefined)[] = [text];
    for (let slot = 2; slot < this.#slots; slot += 2) {
      const [start, end] = [slots[slot]!, slots[slot + 1]!];
      found.push(start < 0 || end < 0 ? undefined : characters.slice(start, end).join(''));
    }
    return found;
  }

  #run(characters: readonly string[], saves: boolean): Slots | undefined {
    const codes = characters.map((character) => character.codePointAt(0)!);
    let current = new Threads(this.#instructions.length);
    let next = new Threads(this.#instructions.length);
    const none: Slots = saves ? new Array<number>(this.#slots).fill(-1) : [];
    this.#follow(current, 0, none, codes, 0, saves);
    for (let at = 0; at < codes.length; at++) {
      next.clear();
      for (let index = 0; index < current.length; index++) {
        const instruction = this.#instructions[current.at(index)]!;
        if (instruction.do !== 'character' || !instruction.fits(codes[at]!)) continue;
        this.#follow(next, current.at(index) + 1, current.slots(index), codes, at + 1, saves);
      }
      [current, next] = [next, current];
      if (current.length === 0) return undefined;
    }
    // The first that reaches the end is the one that a backtracking engine would find.
    for (let index = 0; index < current.length; index++) {
      if (this.#instructions[current.at(index)]!.do === 'end') return current.slots(index);
    }
    return undefined;
  }

  /** Adds what can be reached without reading, in order of preference. */
  #follow(
    threads: Threads,
    start: number,
    startSlots: Slots,
    codes: readonly number[],
    at: number,
    saves: boolean,
  ): void {
    const stack: [number, Slots][] = [[start, startSlots]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [to, slots] = top;
      if (!threads.visit(to)) continue;
      const instruction = this.#instructions[to]!;
      switch (instruction.do) {
        case 'jump':
          stack.push([instruction.to, slots]);
          break;
        case 'split':
          stack.push([instruction.second, slots], [instruction.first, slots]);
          break;
        case 'save':
          stack.push([to + 1, saves ? slots.with(instruction.slot, at) : slots]);
          break;
        case 'assert':
          if (holds(instruction.holds, codes, at)) stack.push([to + 1, slots]);
          break;
        default:
          threads.add(to, slots);
      }
    }
  }
}

/** Instructions that are under way at the same character, the preferred first; each once. */
class Threads {
  readonly #order: number[] = [];
  readonly #slots: Slots[] = [];
  readonly #visited: Uint8Array;

  constructor(instructions: number) {
    this.#visited = new Uint8Array(instructions);
  }

  get length(): number {
    return this.#order.length;
  }

  at(index: number): number {
    return this.#order[index]!;
  }

  slots(index: number): Slots {
    return this.#slots[index]!;
  }

  clear(): void {
    this.#order.length = 0;
    this.#slots.length = 0;
    this.#visited.fill(0);
  }

  visit(instruction: number): boolean {
    if (this.#visited[instruction] === 1) return false;
    this.#visited[instruction] = 1;
    return true;
  }

  add(instruction: number, slots: Slots): void {
    this.#order.push(instruction);
    this.#slots.push(slots);
  }
}

/** Appends the instructions of a pattern; false when they become too many. */
function emit(pattern: Pattern, all: Instruction[]): boolean {
  if (all.length > mostInstructions) return false;
  switch (pattern.kind) {
    case 'empty':
      return true;
    case 'character':
      all.push({ do: 'character', fits: pattern.fits });
      return true;
    case 'assertion':
      all.push({ do: 'assert', holds: pattern.holds });
      return true;
    case 'sequence':
      return pattern.parts.every((part) => emit(part, all));
    case 'group': {
      all.push({ do: 'save', slot: 2 * pattern.index });
      const isDone = emit(pattern.part, all);
      all.push({ do: 'save', slot: 2 * pattern.index + 1 });
      return isDone;
    }
    case 'choice':
      return emitChoice(pattern.choices, all);
    case 'repeat':
      return emitRepeat(pattern, all);
  }
}

function emitChoice(choices: readonly Pattern[], all: Instruction[]): boolean {
  const jumps: { to: number }[] = [];
  for (const choice of choices.slice(0, -1)) {
    const split = branch(all, false);
    if (!emit(choice, all)) return false;
    const jump = { do: 'jump' as const, to: 0 };
    all.push(jump);
    jumps.push(jump);
    split.leaveTo(all.length);
  }
  const isDone = emit(choices.at(-1)!, all);
  for (const jump of jumps) jump.to = all.length;
  return isDone;
}

function emitRepeat(
  { part, least, most, isLazy }: Extract<Pattern, { kind: 'repeat' }>,
  all: Instruction[],
): boolean {
  const isEndless = most === Number.POSITIVE_INFINITY;
  const begin = all.length;
  for (let count = isEndless ? 1 : 0; count < least; count++) {
    if (!emit(part, all)) return false;
    // Nothing, however often.
    if (all.length === begin) return true;
  }
  if (isEndless) return least === 0 ? emitStar(part, isLazy, all) : emitPlus(part, isLazy, all);
  const splits: ReturnType<typeof branch>[] = [];
  for (let count = least; count < most; count++) {
    splits.push(branch(all, isLazy));
    if (!emit(part, all)) return false;
  }
  for (const split of splits) split.leaveTo(all.length);
  return true;
}

function emitStar(part: Pattern, isLazy: boolean, all: Instruction[]): boolean {
  const split = branch(all, isLazy);
  const start = all.length - 1;
  // What may fit nothing is once or more, or not at all: so groups find what Go's find.
  const isDone = mayBeEmpty(part) ? emitPlus(part, isLazy, all) : emit(part, all);
  if (!mayBeEmpty(part)) all.push({ do: 'jump', to: start });
  split.leaveTo(all.length);
  return isDone;
}

function emitPlus(part: Pattern, isLazy: boolean, all: Instruction[]): boolean {
  const start = all.length;
  if (!emit(part, all)) return false;
  const end = all.length + 1;
  all.push({ do: 'split', first: isLazy ? end : start, second: isLazy ? start : end });
  return true;
}

function mayBeEmpty(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'character':
      return false;
    case 'sequence':
      return pattern.parts.every(mayBeEmpty);
    case 'choice':
      return pattern.choices.some(mayBeEmpty);
    case 'group':
      return mayBeEmpty(pattern.part);
    case 'repeat':
      return pattern.least === 0 || mayBeEmpty(pattern.part);
    default:
      return true;
  }
}

/** A split into what follows and what is not known yet. */
function branch(all: Instruction[], isLazy: boolean) {
  const into = all.length + 1;
  const split = { do: 'split' as const, first: into, second: into };
  all.push(split);
  return {
    leaveTo(to: number) {
      if (isLazy) split.first = to;
      else split.second = to;
    },
  };
}

function holds(assertion: Assertion, codes: readonly number[], at: number): boolean {
  switch (assertion) {
    case 'textStart':
      return at === 0;
    case 'textEnd':
      return at === codes.length;
    case 'lineStart':
      return at === 0 || codes[at - 1] === 10;
    case 'lineEnd':
      return at === codes.length || codes[at] === 10;
    default: {
      const isBoundary = isWord(codes[at - 1]) !== isWord(codes[at]);
      return isBoundary === (assertion === 'boundary');
    }
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && code < 128 && /\w/.test(String.fromCharCode(code));
}
