/** Puts the parts of a lane together. */
import type { Ports } from '../engine/ports.ts';
import { createAlarm } from './alarm.ts';
import { createCopies } from './copy.ts';
import { createFlows } from './flows.ts';
import { createGroupCommit } from './group-commit.ts';
import { createGroups } from './groups.ts';
import { createKeys } from './keys.ts';
import type { Lane } from './lane.ts';
import { createWaiters } from './waiters.ts';

export const openLane = (storage: DurableObjectStorage, db: D1Database, ports: Ports): Lane => {
  const { sql } = storage;
  const alarm = createAlarm(storage, ports.now);
  const lane: Lane = {
    storage,
    sql,
    db,
    ports,
    alarm,
    commits: createGroupCommit(storage, alarm.set),
    keys: createKeys(sql),
    groups: createGroups(() => lane),
    flows: createFlows(sql),
    live: new Map(),
    waiters: createWaiters(ports.after),
    copies: createCopies(() => lane),
    isClosing: false,
  };
  return lane;
};
