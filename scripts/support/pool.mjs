// Work that shares the processors: as much at a time as fits, what takes longest first.
//
//   const pool = new Pool(3);
//   await Promise.all(files.map((file) => pool.run(() => test(file), { priority: sizeOf(file) })));

export class Pool {
  #free;
  #size;
  #waiting = [];

  constructor(size) {
    this.#size = size;
    this.#free = size;
  }

  /**
   * Resolves to what the task does.
   *
   * - `weight`: how much of the pool it takes
   * - `priority`: those with more are started first
   */
  run(task, { weight = 1, priority = 0 } = {}) {
    return new Promise((resolve, reject) => {
      const takes = Math.min(weight, this.#size);
      this.#waiting.push({ task, takes, priority, resolve, reject });
      this.#waiting.sort((one, other) => other.priority - one.priority);
      // Whatever is asked for in the same moment is compared first.
      setImmediate(() => this.#start());
    });
  }

  #start() {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.takes > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.takes;
      Promise.resolve()
        .then(next.task)
        .then(next.resolve, next.reject)
        .finally(() => {
          this.#free += next.takes;
          this.#start();
        });
    }
  }
}
