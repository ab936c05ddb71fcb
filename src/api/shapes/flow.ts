/** Flows and their versions as the API shows them. */
import * as z from 'zod';
import type { FlowRow, FlowVersion } from '../../storage/flows.ts';
import { FLOW_STATUSES, ORIGINS } from '../../storage/schema.ts';
import { iso, Time, Trigger } from './scalars.ts';

const line = {
  name: z.string(),
  title: z.string().nullable(),
  trigger: Trigger,
  status: z.enum(FLOW_STATUSES),
  origin: z.enum(ORIGINS).describe('who wrote it last: files in git, or the API'),
  version: z.int(),
  createdAt: Time,
  updatedAt: Time,
};

export const FlowLine = z.strictObject(line).meta({ id: 'Flow' });

const content = {
  format: z.enum(['yaml', 'json']),
  text: z.string().describe('as written, byte for byte'),
  definition: z.looseObject({}).describe('what it means: parsed, defaults filled in'),
};

export const FlowDetail = z
  .strictObject({ ...line, by: z.string().describe('who wrote the newest version'), ...content })
  .meta({ id: 'FlowDetail' });

const version = {
  flow: z.string(),
  version: z.int(),
  by: z.string().describe("id of the writer's token"),
  createdAt: Time,
};

export const VersionLine = z.strictObject({ ...version, format: content.format }).meta({ id: 'FlowVersion' });

export const VersionDetail = z.strictObject({ ...version, ...content }).meta({ id: 'FlowVersionDetail' });

export const showFlow = (flow: FlowRow): z.input<typeof FlowLine> => ({
  ...flow,
  createdAt: iso(flow.createdAt),
  updatedAt: iso(flow.updatedAt),
});

export const showFlowDetail = (flow: FlowRow, newest: FlowVersion): z.input<typeof FlowDetail> => ({
  ...showFlow(flow),
  by: newest.by,
  format: newest.format,
  text: newest.text,
  definition: { ...newest.definition },
});

export const showVersion = (version: FlowVersion): z.input<typeof VersionDetail> => ({
  flow: version.flow,
  version: version.version,
  by: version.by,
  createdAt: iso(version.createdAt),
  format: version.format,
  text: version.text,
  definition: { ...version.definition },
});

/** A place in a flow's text. */
export const Problem = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    path: z.string(),
    code: z.string(),
    message: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'FlowProblem' });
