// A program that asks the server which was started before it, and ends.

const shared = globalThis as { url?: string; preloading?: Promise<unknown> };
await shared.preloading;
console.log('the program');
const { status } = await fetch(shared.url!);
console.log(`answered ${status}`);
