export const operation = 'not a function';
