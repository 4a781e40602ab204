// The parts of docs/performance.md that no measurement writes.

export const explanation = `## How it gets there

1. **Recording is a store.** The addon owns the memory, and hands each thread typed arrays over its
   own lane. \`inc()\` is a load, an addition and a store into it; no lock, no atomic instruction, no
   native call, no allocation. Other libraries that several threads share use atomic additions, which
   cost a few nanoseconds alone and many times that when two threads meet on one series. Here two
   threads never write the same cache line.
2. **A handle is resolved once.** Labels are looked up when a program starts; the handle is all that
   the hot path sees. Libraries that hash labels on every call pay for it on every call.
3. **The cell of a histogram comes from the bits of the value**: a multiplication, a shift, and one
   comparison that covers range and memory at once. There is no search through the buckets, and no
   branch that a million different values could make unpredictable.
4. **Counters step an integer.** An addition of doubles takes several cycles, and a chain of them is
   the floor of \`f64[0] += 1\`. \`BigInt64Array\` steps by \`1n\` in one, in optimised code without a
   BigInt ever existing.
5. **Fields that V8 can take for constants.** The cells of a handle are stored once, in its
   constructor. Where a hot loop records into one handle, the optimised code holds the address of the
   cell itself. (A field that is declared without \`declare\` is defined as \`undefined\` first; the
   constructor's store is then the second, and the field no constant any more. That alone made
   histograms take half as long again.)
6. **Between cold things: one place.** A handler that records into two dozen histograms and then does something else
   finds neither their cells nor their sums in a cache. With \`recording: 'journal'\` it appends to one ring in its lane
   instead, and native code steps the cells later, many at once. Choose it where handlers are like that, and
   where the processor time of draining is no matter or \`npm run bench -- --handlers\` shows that it pays in all; for
   hot loops over a few histograms the direct form is the shorter one.
7. **Everything else happens later and elsewhere.** Merging is native and reads only what was
   touched. A rendering keeps the text around its numbers from one scrape to the next and fills in the
   numbers natively.

The clock is the one native call on the way. Node-API asks several nanoseconds for the smallest call
there is; the call stores its reading into memory that JavaScript reads, because making a number and
returning it would cost as much again.

`;

export const unsuitable = `These are the price of cells of one's own for every thread, of histograms that keep percentiles, and
of an addon. Prepared handles and \`capacity\` keep both small; pages that hold no value cost nothing.

## When not to use it

- Where no native addon can be had: browsers, edge runtimes, platforms without a binary or a compiler.
- In processes that live for a second and record little: start-up takes longer than it saves.
- With hundreds of thousands of label sets at a time: each takes cells in every thread that records it. (Label
  sets that come and go are no matter: what was removed is used again.)
- When a few hundred records per second are all there is: any library does, and prom-client is simpler.
- For events that need their own trace each: that is what OpenTelemetry's tracing is for.

`;
