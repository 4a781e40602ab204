// Generators of bucket bounds.

function linearBuckets(start: number, width: number, count: number): number[] {
  if (count < 1) throw new Error('Linear buckets needs a positive count');
  return Array.from(new Array(count), (_, index) => start + index * width);
}

function exponentialBuckets(start: number, factor: number, count: number): number[] {
  if (start <= 0) throw new Error('Exponential buckets needs a positive start');
  if (count < 1) throw new Error('Exponential buckets needs a positive count');
  if (factor <= 1) throw new Error('Exponential buckets needs a factor greater than 1');
  let next = start;
  return Array.from(new Array(count), () => {
    const bound = next;
    // By steps, not by powers: the last bits are those of prom-client.
    next *= factor;
    return bound;
  });
}

export = { exponentialBuckets, linearBuckets };
