/** A run's state as plain data, to be compared: frames by path, without the links between them. */
import type { Activity, Frame, RunState } from '../../src/engine/state.ts';

const activityOf = (activity: Activity | null): unknown => {
  if (activity === null) return null;
  const { kind, ...rest } = activity;
  const plain = Object.entries(rest).map(([key, value]: [string, unknown]) => {
    if (key === 'step') return [key, null];
    if (key === 'child' || key === 'tried') return [key, value === null ? null : (value as Frame).path];
    if (key === 'running')
      return [key, [...(value as Map<string, Frame>)].map(([name, frame]) => [name, frame.path])];
    return [key, value instanceof Map ? [...value] : value];
  });
  return { kind, ...Object.fromEntries(plain) };
};

const frameOf = ({ parent, block, activity, ...rest }: Frame): unknown => ({
  ...rest,
  parent: parent?.path ?? null,
  steps: { ...rest.steps },
  block: block.length,
  activity: activityOf(activity),
});

/** A copy: what happens to the state afterwards does not show in it. */
export const pictureOf = (state: RunState): unknown =>
  structuredClone({
    ...state,
    root: null,
    flow: state.flow.name,
    frames: [...state.frames.values()].map(frameOf),
    memo: [...state.memo],
    recallable: [...state.recallable],
    doubts: [...state.doubts],
  });
