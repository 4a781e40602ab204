// How renderers prepare text: everything but the numbers, once for each set of series.
//
//   const prometheus = cached((layout) => {
//     const text = new TemplateBuilder();
//     text.add('hits ');
//     text.addValue(0);      // the number at values[0]
//     text.add('\n');
//     return text.build();
//   });
//   fillString(prometheus(snapshot.layout), snapshot.values);

import type { SnapshotLayout } from '../core/region/directory.js';
import type { Template } from './fill.js';

export class TemplateBuilder {
  readonly #pieces: string[] = [];
  readonly #valueIndex: number[] = [];
  #pending = '';

  /** Constant text. */
  add(text: string): void {
    this.#pending += text;
  }

  /** The place of a number, by its index in the values of a snapshot. */
  addValue(index: number): void {
    this.#end(index);
  }

  build(): Template {
    if (this.#pending !== '') this.#end(-1);
    const text = this.#pieces.join('');
    const pieces = Buffer.from(text, 'utf8');
    const ascii = pieces.length === text.length;
    const pieceEnds = new Uint32Array(this.#pieces.length);
    let end = 0;
    for (let index = 0; index < pieceEnds.length; index++) {
      const piece = this.#pieces[index]!;
      end += ascii ? piece.length : Buffer.byteLength(piece, 'utf8');
      pieceEnds[index] = end;
    }
    return { pieces, pieceEnds, valueIndex: Int32Array.from(this.#valueIndex), ascii };
  }

  #end(index: number): void {
    this.#pieces.push(this.#pending);
    this.#valueIndex.push(index);
    this.#pending = '';
  }
}

/** Remembers what was built for a layout for as long as that layout is in use. */
export function cached<Built>(
  build: (layout: SnapshotLayout) => Built,
): (layout: SnapshotLayout) => Built {
  const built = new WeakMap<SnapshotLayout, Built>();
  return (layout) => {
    let result = built.get(layout);
    if (result === undefined) {
      result = build(layout);
      built.set(layout, result);
    }
    return result;
  };
}
