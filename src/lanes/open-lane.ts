/** Puts the parts of a lane together. */
import type { Bindings } from '../storage/bindings.ts';
import { createAlarm } from './alarm.ts';
import { createChildren } from './children.ts';
import { createCopies } from './copy.ts';
import { createFailures } from './failures.ts';
import { createFleet } from './fleet.ts';
import { createFlows } from './flows.ts';
import { createGroupCommit } from './group-commit.ts';
import { createGroups } from './groups.ts';
import { createKeys } from './keys.ts';
import type { Lane, LanePorts } from './lane.ts';
import { createParents } from './parents.ts';
import { createResting } from './resting.ts';
import { createWaiters } from './waiters.ts';

export const openLane = (storage: DurableObjectStorage, env: Bindings, ports: LanePorts): Lane => {
  const { sql } = storage;
  const alarm = createAlarm(storage, ports.now);
  const lane: Lane = {
    storage,
    sql,
    db: env.DB,
    ports,
    onFailure: env.SLUICE_ON_FAILURE === '' ? undefined : env.SLUICE_ON_FAILURE,
    alarm,
    commits: createGroupCommit(storage, alarm.set),
    keys: createKeys(sql),
    groups: createGroups(() => lane),
    fleet: createFleet(env),
    childrenOf: (live) => createChildren(lane, live),
    failures: createFailures(() => lane),
    parents: createParents(() => lane),
    flows: createFlows(sql),
    live: new Map(),
    resting: createResting(),
    waiters: createWaiters(ports.after),
    copies: createCopies(() => lane),
    isClosing: false,
  };
  return lane;
};
