/** What is deployed. A table of contents: src/worker.ts. */
import { makeWorker } from './worker.ts';

export { RunLane } from './run-lane.ts';

export default makeWorker();
