import { work } from './work.js';

export default () => work(50_000);
