import { createLoopCluster } from './cluster.js';

const cluster = createLoopCluster(false);
export default (): void => cluster.run();
