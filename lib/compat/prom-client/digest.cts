// A t-digest: quantiles of a stream from weighted means, after Dunning and Ertl.
//
//   const digest = new Digest();
//   digest.push(0.845);
//   digest.quantile(0.99);
//
// With the parameters and the rules that prom-client's summaries have, so that the quantiles are the
// same numbers: exact while nothing is merged (some two hundred values), and as good after that.
// Columns sorted by mean, in place of a tree of objects.

/** Which part of all values one mean may stand for, at most. */
const compression = 0.01;
/** More means than this are merged again. */
const mostMeans = 25 / compression;
/** Ranks are worked out again when the total has grown by this. */
const staleAfter = 1.1;

class Digest {
  /** How many means there are. */
  size = 0;
  #means = new Float64Array(32);
  #weights = new Float64Array(32);
  /** The rank of the middle of a mean's weight; NaN until it is worked out. */
  #ranks = new Float64Array(32);
  #total = 0;
  #rankedTotal = 0;
  #isCompressing = false;

  push(value: number, weight = 1): void {
    const nearest = this.#nearest(value);
    if (nearest >= 0 && this.#means[nearest] === value) {
      this.#add(nearest, value, weight);
    } else if (nearest <= 0 || nearest === this.size - 1) {
      this.#insert(value, weight);
    } else {
      const quantile = this.#ranks[nearest]! / this.#total;
      const room = Math.floor(4 * this.#total * compression * quantile * (1 - quantile));
      if (room - this.#weights[nearest]! >= weight) this.#add(nearest, value, weight);
      else this.#insert(value, weight);
    }
    if (!(this.#total / this.#rankedTotal < staleAfter)) this.#rank();
    if (this.size > mostMeans) this.compress();
  }

  /** Merges what may be merged: means are taken in again, in random order. */
  compress(): void {
    if (this.#isCompressing) return;
    const order = Array.from({ length: this.size }, (_, index) => index);
    const means = this.#means.slice(0, this.size);
    const weights = this.#weights.slice(0, this.size);
    this.reset();
    this.#isCompressing = true;
    while (order.length > 0) {
      const [index] = order.splice(Math.floor(Math.random() * order.length), 1);
      this.push(means[index!]!, weights[index!]);
    }
    this.#rank();
    this.#isCompressing = false;
  }

  /** The value below which a part (0 to 1) of all values lies; undefined when there are none. */
  quantile(part: number): number | undefined {
    if (this.size === 0) return undefined;
    this.#rank();
    const wanted = this.#total * part;
    const ranks = this.#ranks;
    let upper = firstAtLeast(ranks, this.size, wanted);
    if (ranks[upper] === wanted && upper < this.size) upper++;
    const lower = upper - 1;
    if (lower < 0) return this.#means[0];
    const mean = this.#means[lower]!;
    if (ranks[lower] === wanted || upper === this.size) return mean;
    const step = this.#means[upper]! - mean;
    return mean + ((wanted - ranks[lower]!) * step) / (ranks[upper]! - ranks[lower]!);
  }

  reset(): void {
    this.size = 0;
    this.#total = 0;
    this.#rankedTotal = 0;
  }

  #nearest(value: number): number {
    if (this.size === 0) return -1;
    const means = this.#means;
    const above = firstAtLeast(means, this.size, value);
    if (above === this.size) return above - 1;
    if (above === 0 || means[above] === value) return above;
    return value - means[above - 1]! < means[above]! - value ? above - 1 : above;
  }

  #add(index: number, value: number, weight: number): void {
    const mean = this.#means[index]!;
    if (value !== mean) {
      this.#means[index] = mean + (weight * (value - mean)) / (this.#weights[index]! + weight);
    }
    this.#ranks[index]! += weight / 2;
    this.#weights[index]! += weight;
    this.#total += weight;
  }

  #insert(value: number, weight: number): void {
    if (this.size === this.#means.length) this.#grow();
    const means = this.#means;
    const index = firstAtLeast(means, this.size, value);
    means.copyWithin(index + 1, index, this.size);
    this.#weights.copyWithin(index + 1, index, this.size);
    this.#ranks.copyWithin(index + 1, index, this.size);
    means[index] = value;
    this.#weights[index] = weight;
    this.#ranks[index] = Number.NaN;
    this.size++;
    this.#total += weight;
  }

  #grow(): void {
    this.#means = longer(this.#means);
    this.#weights = longer(this.#weights);
    this.#ranks = longer(this.#ranks);
  }

  #rank(): void {
    if (this.#total === this.#rankedTotal) return;
    let before = 0;
    for (let index = 0; index < this.size; index++) {
      const weight = this.#weights[index]!;
      this.#ranks[index] = before + weight / 2;
      before += weight;
    }
    this.#rankedTotal = this.#total;
  }
}

function longer(column: Float64Array): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(2 * column.length);
  copy.set(column);
  return copy;
}

/** The first index whose element is not below `least`; `length` when all are. They ascend. */
function firstAtLeast(column: Float64Array, length: number, least: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle]! >= least) high = middle;
    else low = middle + 1;
  }
  return low;
}

export = Digest;
