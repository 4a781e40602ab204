// What tests by chance begin with: another number every day, so that time finds what one run does
// not, and the same for all processes of a run. `npm test` prints it; TEST_SEED=20260802
// repeats the tests of that day.

export const seed = seedOfDay();

function seedOfDay(): number {
  const given = process.env.TEST_SEED;
  const text = given ?? new Date().toISOString().slice(0, 10).replaceAll('-', '');
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`TEST_SEED does not fit; given "${text}"; allowed: up to nine digits`);
}
