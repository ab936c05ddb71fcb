/** Sources: who may send events. Their secrets go in, are shown once where they are made here, and never again. */
import { refuse, type Refusal } from '../domain/problem.ts';
import { SOURCE_KINDS } from '../sources/table.ts';
import { changeSource, rotateSecret } from '../storage/change-source.ts';
import { refusalsOf } from '../storage/refusals.ts';
import { addSource, listSources, removeSource, showSource, type SourceDetail } from '../storage/sources.ts';
import { forgetLog, logState } from '../triggers/event/backfill.ts';
import { originOf } from '../triggers/run-url.ts';
import { answer, endpoint, type Call } from './endpoint.ts';
import { pageOf } from './shapes/page.ts';
import { showSourceDetail, showSourceLine, Source, SourceLine, SourceWithSecret } from './shapes/source.ts';
import { chooseSecret, draftSource, SourceInput, type SourceDraft } from './source-draft.ts';

const DAY = 86_400_000;

export const noSource = (name: string): Refusal => refuse('not_found', `There is no source "${name}".`);

type AnyCall = Call<unknown, unknown>;

/** A source with all that is said of it. */
export const detailOf = async ({ env, now, param, request }: AnyCall) => {
  const name = param('name');
  const found = await showSource(env.DB, env.SLUICE_KEYS, name);
  if (!found) return noSource(name);
  if ('ok' in found) return found;
  const [refused, backfill] = await Promise.all([
    refusalsOf(env.DB, name, now - DAY),
    logState(env.DB, found, now),
  ]);
  const setup = SOURCE_KINDS[found.kind]?.setup ?? '';
  return showSourceDetail(found, { origin: originOf(env, request.url), setup, refused, backfill });
};

const list = endpoint({
  method: 'get',
  path: '/sources',
  scope: 'sources:read',
  summary: 'Lists all sources by name',
  gives: pageOf(SourceLine),
  run: async ({ env, request }) => {
    const origin = originOf(env, request.url);
    const rows = await listSources(env.DB);
    return answer({ items: rows.map((row) => showSourceLine(row, origin)), next: null });
  },
});

const one = endpoint({
  method: 'get',
  path: '/sources/{name}',
  scope: 'sources:read',
  summary: 'Shows a source, the posts it turned away in the last day, and how its backfill stands',
  gives: Source,
  refuses: ['not_found'],
  run: async (call) => {
    const shown = await detailOf(call);
    return 'ok' in shown ? shown : answer(shown);
  },
});

type PutCall = Call<unknown, SourceInput>;

/** What was written; `secret` is one that was made here and has to be shown. */
type Written = { readonly ok: true; readonly secret: string | null } | Refusal;

const add = async ({ env, identity, now, param, body }: PutCall, draft: SourceDraft): Promise<Written> => {
  const chosen = chooseSecret(draft, body.secret, now);
  if (!chosen.ok) return chosen;
  const { kind, note } = body;
  const secrets = chosen.secret === null ? [] : [chosen.secret];
  const source = { name: param('name'), kind, settings: draft.settings, note, secrets };
  const added = await addSource(env, source, { by: identity.tokenId, now });
  if (!added.ok) return added;
  return { ok: true, secret: chosen.isMade ? (chosen.secret?.secret ?? null) : null };
};

const change = async (call: PutCall, draft: SourceDraft, before: SourceDetail): Promise<Written> => {
  const { env, identity, now, body } = call;
  const { name, kind } = before;
  const write = { by: identity.tokenId, now };
  if (kind !== body.kind) {
    return refuse('conflict', `Source "${name}" is of kind ${kind}: remove it, or take another name.`);
  }
  const isBare = before.secrets.length === 0;
  if (!isBare && body.secret !== undefined) {
    return refuse(
      'conflict',
      `Source "${name}" has a secret: rotate it, so that the old one counts meanwhile.`,
    );
  }
  // The new settings may be the first to need a secret.
  const chosen = isBare ? chooseSecret(draft, body.secret, now) : undefined;
  if (chosen?.ok === false) return chosen;
  if (chosen?.secret) {
    const rotated = await rotateSecret(env, name, chosen.secret, write);
    if (!rotated.ok) return rotated;
  }
  if (!(await changeSource(env.DB, name, { settings: draft.settings, note: body.note }, write))) {
    return noSource(name);
  }
  return { ok: true, secret: chosen?.isMade ? (chosen.secret?.secret ?? null) : null };
};

const put = endpoint({
  method: 'put',
  path: '/sources/{name}',
  scope: 'sources:write',
  summary: 'Makes a source and shows its secret once, or changes its settings and note',
  description: 'A change leaves its secrets as they are; `POST /sources/{name}/rotate` makes another one.',
  body: SourceInput,
  gives: SourceWithSecret,
  statuses: [200, 201],
  refuses: ['conflict', 'not_found'],
  run: async (call) => {
    const { env, param, body } = call;
    const name = param('name');
    const draft = draftSource(body);
    if (!draft.ok) return draft;
    const before = await showSource(env.DB, env.SLUICE_KEYS, name);
    if (before && 'ok' in before) return before;
    const written = before ? await change(call, draft, before) : await add(call, draft);
    if (!written.ok) return written;
    const shown = await detailOf(call);
    if ('ok' in shown) return shown;
    const headers = {
      'Cache-Control': 'no-store',
      ...(before ? {} : { Location: `/api/v1/sources/${name}` }),
    };
    return answer({ ...shown, secret: written.secret }, { status: before ? 200 : 201, headers });
  },
});

const remove = endpoint({
  method: 'delete',
  path: '/sources/{name}',
  scope: 'sources:write',
  summary: 'Removes a source; its events stay, and posts to its address are refused',
  statuses: [204],
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const name = param('name');
    if (!(await removeSource(env.DB, name))) return noSource(name);
    // A source of the same name that comes later begins its backfill anew.
    await forgetLog(env.DB, name);
    return answer(null, { status: 204 });
  },
});

export const sourceEndpoints = [list, one, put, remove];
