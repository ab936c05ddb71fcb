/** Flows that call one another, as they stand in D1, and what a lane makes of them. */
import { env } from 'cloudflare:workers';
import { cards } from '../../src/cards.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { clock, UP } from './outside.ts';

const catalogue = catalogueOf(cards);

export const HELPER = '{ kind: helper }';

/** A flow of this name; `UP` in the text is the callee's address. */
export const named = (name: string, yaml: string, trigger = HELPER): Flow => {
  const parsed = parseFlow(name, `trigger: ${trigger}\n${yaml.replaceAll('UP', UP)}`, catalogue);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.flow;
};

/** Saves the next version of a flow, and puts that in force. The look-up may remember the one before for a second. */
export const save = async (flow: Flow, version = 1, status = 'enabled'): Promise<Flow> => {
  const { now } = clock;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO flow_versions (flow, version, format, hash, by, created_at, text, definition)
       VALUES (?1, ?2, 'yaml', ?3, 'ana', ?4, '', ?5)`,
    ).bind(flow.name, version, `${flow.name}@${version}`, now, JSON.stringify(flow)),
    env.DB.prepare(
      `INSERT INTO flows (name, title, origin, status, version, trigger, created_at, updated_at)
       VALUES (?1, NULL, 'api', ?3, ?2, ?4, ?5, ?5)
       ON CONFLICT (name) DO UPDATE SET version = ?2, status = ?3`,
    ).bind(flow.name, version, status, flow.trigger.kind, now),
  ]);
  return flow;
};

export const setStatus = (name: string, status: string): Promise<unknown> =>
  env.DB.prepare('UPDATE flows SET status = ?2 WHERE name = ?1').bind(name, status).run();
