/** What `npm start` runs on a laptop: the Worker, and a sign-in for made-up people. It is never deployed. */
import { developmentDoor } from './web/development-sign-in.ts';
import { makeWorker } from './worker.ts';

export { RunLane } from './run-lane.ts';

export default makeWorker({ development: developmentDoor });
