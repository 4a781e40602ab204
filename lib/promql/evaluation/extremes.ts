// The largest or smallest few. Among equals those are kept that Prometheus keeps, which depends on how
// its heap is built: the same steps are taken here.

import type { Element } from './vector.js';

export class Extremes {
  readonly #isLargest: boolean;
  readonly #count: number;
  /** The one that gives way first lies at the top. */
  readonly #heap: Element[] = [];

  constructor(isLargest: boolean, count: number) {
    this.#isLargest = isLargest;
    this.#count = count;
  }

  add(element: Element): void {
    const heap = this.#heap;
    if (heap.length < this.#count) {
      heap.push(element);
      this.#rise(heap.length - 1);
      return;
    }
    const worst = heap[0]!.value;
    const isBetter = this.#isLargest ? element.value > worst : element.value < worst;
    if (!isBetter && !(Number.isNaN(worst) && !Number.isNaN(element.value))) return;
    heap[0] = element;
    this.#sink();
  }

  /** The best first; what is no number last. */
  sorted(): Element[] {
    return [...this.#heap].sort((a, b) => {
      if (this.#isWorse(a, b)) return this.#isWorse(b, a) ? 0 : 1;
      return this.#isWorse(b, a) ? -1 : 0;
    });
  }

  #isWorse({ value: a }: Element, { value: b }: Element): boolean {
    if (Number.isNaN(a)) return true;
    return this.#isLargest ? a < b : a > b;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isWorse(heap[at]!, heap[above]!)) return;
      [heap[at], heap[above]] = [heap[above]!, heap[at]!];
      at = above;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; 2 * at + 1 < heap.length; ) {
      let below = 2 * at + 1;
      const right = below + 1;
      if (right < heap.length && this.#isWorse(heap[right]!, heap[below]!)) below = right;
      if (!this.#isWorse(heap[below]!, heap[at]!)) return;
      [heap[at], heap[below]] = [heap[below]!, heap[at]!];
      at = below;
    }
  }
}
