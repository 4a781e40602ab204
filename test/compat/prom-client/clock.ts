// A clock that tests turn: Date.now and process.hrtime, faked as people fake them.

export class FakeClock {
  #milliseconds = 1_700_000_000_000;
  readonly #now = Date.now;
  readonly #hrtime = process.hrtime;

  constructor() {
    Date.now = () => this.#milliseconds;
    const hrtime = (previous?: [number, number]): [number, number] => {
      const nanoseconds = (this.#milliseconds % 1000) * 1e6;
      const [seconds = 0, before = 0] = previous ?? [];
      const now = Math.floor(this.#milliseconds / 1000);
      if (nanoseconds >= before) return [now - seconds, nanoseconds - before];
      return [now - seconds - 1, nanoseconds - before + 1e9];
    };
    process.hrtime = Object.assign(hrtime, { bigint: this.#hrtime.bigint });
  }

  advance(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  restore(): void {
    Date.now = this.#now;
    process.hrtime = this.#hrtime;
  }
}
