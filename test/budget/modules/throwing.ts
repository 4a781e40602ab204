export default () => {
  throw new Error('the disk is full');
};
