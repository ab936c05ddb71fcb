/** What a person does to a source that stands: another secret, a pause. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import { pauseSource, retireSecret, rotateSecret } from '../storage/change-source.ts';
import { showSource } from '../storage/sources.ts';
import { resumeSource } from '../triggers/event/resume.ts';
import { answer, endpoint } from './endpoint.ts';
import { Source, SourceWithSecret } from './shapes/source.ts';
import { chooseSecret, draftSource, SourceInput } from './source-draft.ts';
import { detailOf, noSource } from './sources.ts';

const rotate = endpoint({
  method: 'post',
  path: '/sources/{name}/rotate',
  scope: 'sources:write',
  summary: 'Gives a source another secret; the newest one before counts too, until it is retired',
  body: SourceInput.pick({ secret: true }),
  gives: SourceWithSecret,
  refuses: ['not_found', 'conflict'],
  run: async (call) => {
    const { env, identity, now, param, body } = call;
    const name = param('name');
    const source = await showSource(env.DB, env.SLUICE_KEYS, name);
    if (!source) return noSource(name);
    if ('ok' in source) return source;
    const draft = draftSource(source);
    if (!draft.ok) return draft;
    const chosen = chooseSecret(draft, body.secret, now);
    if (!chosen.ok) return chosen;
    if (chosen.secret === null) {
      return refuse('conflict', `Source "${name}" has no secret: its settings say how it is verified.`);
    }
    const rotated = await rotateSecret(env, name, chosen.secret, { by: identity.tokenId, now });
    if (!rotated.ok) return rotated;
    const shown = await detailOf(call);
    if ('ok' in shown) return shown;
    const secret = chosen.isMade ? chosen.secret.secret : null;
    return answer({ ...shown, secret }, { headers: { 'Cache-Control': 'no-store' } });
  },
});

const retire = endpoint({
  method: 'delete',
  path: '/sources/{name}/secrets/{id}',
  scope: 'sources:write',
  summary: 'Drops a secret: what it vouches for is refused from now on',
  statuses: [204],
  refuses: ['not_found', 'conflict'],
  run: async ({ env, identity, now, param }) => {
    const retired = await retireSecret(env, param('name'), param('id'), { by: identity.tokenId, now });
    return retired.ok ? answer(null, { status: 204 }) : retired;
  },
});

const pause = endpoint({
  method: 'post',
  path: '/sources/{name}/pause',
  scope: 'sources:write',
  summary: 'Keeps the events of a source from now on, and starts nothing',
  body: z.strictObject({ note: z.string().max(1_000).nullable().default(null) }),
  gives: Source,
  refuses: ['not_found'],
  run: async (call) => {
    const { env, identity, now, param, body } = call;
    const write = { by: identity.tokenId, now };
    if (!(await pauseSource(env.DB, param('name'), body.note, write))) return noSource(param('name'));
    const shown = await detailOf(call);
    return 'ok' in shown ? shown : answer(shown);
  },
});

const resume = endpoint({
  method: 'post',
  path: '/sources/{name}/resume',
  scope: 'sources:write',
  summary: 'Delivers the events of a source again, and those that it kept while it was paused',
  body: z.strictObject({}),
  gives: Source,
  refuses: ['not_found'],
  run: async (call) => {
    const { env, identity, now, param } = call;
    if (!(await resumeSource(env, param('name'), { by: identity.tokenId, now }))) {
      return noSource(param('name'));
    }
    const shown = await detailOf(call);
    return 'ok' in shown ? shown : answer(shown);
  },
});

export const sourceControlEndpoints = [rotate, retire, pause, resume];
