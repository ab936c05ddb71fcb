/** `sluice flows enable|disable|archive`: whether the triggers of a flow start it. Runs under way go on. */
import * as z from 'zod';
import { askApi, request } from '../api.ts';
import { command, type Call } from '../command.ts';
import { flowPath } from '../flow-calls.ts';

const Changed = z.looseObject({ name: z.string(), status: z.string() });

const change = async ({ api, terminal, args, isJson }: Call, action: string): Promise<'done'> => {
  const path = flowPath(args[0] ?? '', `/${action}`);
  const flow = await askApi(api, path, { method: 'POST', body: {}, gives: Changed });
  terminal.out(isJson ? JSON.stringify(flow) : `${flow.name} ${flow.status}`);
  return 'done';
};

export const flowsEnable = command({
  name: 'flows enable',
  summary: 'lets the triggers of a flow start it again',
  takes: ['<flow>'],
  options: {},
  run: (call) => change(call, 'enable'),
});

export const flowsDisable = command({
  name: 'flows disable',
  summary: 'stops the triggers of a flow; runs under way go on',
  takes: ['<flow>'],
  options: {},
  run: (call) => change(call, 'disable'),
});

export const flowsArchive = command({
  name: 'flows archive',
  summary: 'takes a flow away; its history and versions stay, saving it again brings it back',
  takes: ['<flow>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [name = ''] = args;
    await request(api, flowPath(name, ''), { method: 'DELETE' });
    terminal.out(isJson ? JSON.stringify({ name, status: 'archived' }) : `${name} archived`);
    return 'done';
  },
});
