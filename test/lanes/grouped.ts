/** Starts of runs that belong to a group, as the event door sends them. */
import type { Flow } from '../../src/domain/flow.ts';
import type { GroupClaim, StartRequest } from '../../src/domain/lane.ts';
import { order } from './lane.ts';
import { callee, clock, gate } from './outside.ts';

export const inGroup = (more: Partial<GroupClaim> = {}): GroupClaim => ({
  hash: 'group',
  policy: 'queue',
  at: clock.now,
  ...more,
});

/** @param id of the event */
export const grouped = (
  flow: Flow,
  id: string,
  { key, ...more }: Partial<GroupClaim> & { readonly key?: string } = {},
): StartRequest => {
  const group = inGroup(more);
  const request = order(flow);
  const event = { id, time: new Date(group.at).toISOString(), type: 'user.created' };
  const created = { ...JSON.parse(request.created), group: group.hash, event };
  return {
    ...request,
    created: JSON.stringify(created),
    group,
    ...(key === undefined ? {} : { key: { hash: key, body: '', firstAt: clock.now } }),
  };
};

/** Calls outside wait; gives what lets them go on. */
export const isHeld = (): (() => void) => {
  const { open, pass } = gate();
  callee.answer = async () => {
    await pass();
    return Response.json({});
  };
  return open;
};
