// The same for those who import it: one implementation, one default registry.

import client from './index.cjs';

export * from './index.cjs';
export const { contentType } = client;
export default client;
