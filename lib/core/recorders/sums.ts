// Sums of doubles that never become infinite.

/**
 * To the largest finite number so much can be added for ever: it stays what it is. Only a larger value
 * could make a sum infinite, so that only for one the sum has to be looked at.
 */
export const largestUnchecked = 2 ** 969;
