import { work } from './work.js';

export default () => work(1000);

export function check(): void {
  throw new Error('the totals disagree');
}
