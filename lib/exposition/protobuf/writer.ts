// Protocol Buffers, as far as metrics need them: fields, one behind the other.
//
//   const message = new ProtobufWriter();
//   message.string(1, 'hits_total');
//   message.message(4, () => message.double(1, 42));
//   message.bytes();

const wireVarint = 0;
const wireFixed64 = 1;
const wireLengthDelimited = 2;
/** No varint of 64 bits is longer. */
const varintSizeMaximum = 10;

export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #size = 0;

  /** What was written up to now; valid until more is. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  /** A whole number from 0 to 2^53. */
  uint(field: number, value: number): void {
    this.#tag(field, wireVarint);
    this.#varint(value);
  }

  /** A whole number from -2^52 to 2^52, as sint32 and sint64 have it. */
  sint(field: number, value: number): void {
    this.uint(field, zigzag(value));
  }

  double(field: number, value: number): void {
    this.#tag(field, wireFixed64);
    this.#need(8);
    this.#size = this.#buffer.writeDoubleLE(value, this.#size);
  }

  string(field: number, value: string): void {
    this.#tag(field, wireLengthDelimited);
    const size = Buffer.byteLength(value);
    this.#varint(size);
    this.#need(size);
    this.#size += this.#buffer.write(value, this.#size);
  }

  /** Whole numbers from -2^52 to 2^52, packed. */
  packedSints(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#varint(zigzag(value));
    });
  }

  /** A message inside this one: what `write` adds. */
  message(field: number, write: () => void): void {
    this.#tag(field, wireLengthDelimited);
    this.delimited(write);
  }

  /** What `write` adds, with its length in front and no field. */
  delimited(write: () => void): void {
    const start = this.#size;
    write();
    const size = this.#size - start;
    this.#need(varintSizeMaximum);
    // The length is known only now: what it stands in front of moves.
    this.#buffer.copyWithin(start + varintSize(size), start, this.#size);
    this.#size = start;
    this.#varint(size);
    this.#size += size;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#need(varintSizeMaximum);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#size++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#size++] = rest;
  }

  #need(size: number): void {
    if (this.#size + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#size + size));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}
