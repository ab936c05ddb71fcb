/** What the document says of the two endpoints that start runs: the manual door answers them (src/triggers/manual). */
import * as z from 'zod';
import { RunBody, TextRunBody } from '../triggers/manual/run-body.ts';
import type { Described } from './endpoint.ts';
import { Status } from './shapes/scalars.ts';

export const StartedRun = z
  .strictObject({
    id: z.string(),
    flow: z.string(),
    version: z.int(),
    status: Status,
    url: z.string().describe('where the run can be looked at'),
  })
  .meta({ id: 'StartedRun' });

const DRY = 'With `dry` nothing is started: 200 says what would be sent.';

export const startedByHand: readonly Described[] = [
  {
    method: 'post',
    path: '/flows/{name}/runs',
    scope: 'runs:start',
    summary: 'Starts a run of a flow, whatever its trigger',
    description: `What the trigger would bring is a sample that the body may replace. ${DRY}`,
    body: RunBody,
    gives: StartedRun,
    statuses: [202],
    refuses: ['not_found', 'key_reused', 'in_progress'],
  },
  {
    method: 'post',
    path: '/runs',
    scope: 'runs:start',
    summary: 'Starts a run of a flow text that is not saved',
    description: `Needs the scope flows:write too. ${DRY}`,
    body: TextRunBody,
    gives: StartedRun,
    statuses: [202],
    refuses: ['invalid_flow', 'key_reused', 'in_progress'],
  },
];
