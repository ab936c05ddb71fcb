/** What somebody wants a source to be, checked: its kind, its settings, and the secret it needs. */
import { Buffer } from 'node:buffer';
import * as z from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { didYouMean } from '../domain/near-match.ts';
import { refuse, type ProblemItem, type Refusal } from '../domain/problem.ts';
import { compileExpression } from '../language/expression.ts';
import type { SourceKind } from '../sources/kind.ts';
import { sharedSettings, splitSettings } from '../sources/shared-settings.ts';
import { SOURCE_KINDS } from '../sources/table.ts';
import type { SourceSecrets } from '../storage/sources.ts';
import { check } from './read-request.ts';

export const SourceInput = z.strictObject({
  kind: z.string().describe('GET /source-kinds lists them'),
  settings: z.record(z.string(), z.json()).default({}),
  note: z.string().max(1_000).nullable().default(null),
  secret: z
    .string()
    .min(1)
    .max(20_000)
    .optional()
    .describe('for kinds whose sender makes it; else one is made here'),
});
export type SourceInput = z.output<typeof SourceInput>;

export interface SourceDraft {
  readonly ok: true;
  readonly kind: SourceKind;
  /** the settings that the kind itself knows, as its schema gives them */
  readonly own: unknown;
  /** all of them, defaults filled in */
  readonly settings: JsonObject;
}

const invalid = (errors: readonly ProblemItem[]): Refusal =>
  refuse('invalid_input', 'The source cannot be like this; nothing was saved.', { errors });

const kindOf = (name: string): SourceKind | Refusal => {
  const kind = Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name] : undefined;
  if (kind !== undefined) return kind;
  const known = Object.keys(SOURCE_KINDS);
  const hint = didYouMean(name, known) || `; there are ${known.join(', ')}.`;
  return invalid([{ path: 'kind', code: 'unknown', message: `There is no kind of source "${name}"${hint}` }]);
};

const flawsOf = (kind: SourceKind, settings: unknown): ProblemItem[] =>
  (kind.expressions?.(settings) ?? []).flatMap(({ path, expression }) => {
    const compiled = compileExpression(expression);
    return compiled.ok ? [] : [{ path: `settings.${path}`, code: compiled.code, message: compiled.message }];
  });

const below = (path: string): string => (path === '' ? 'settings' : `settings.${path}`);

/** Refuses `invalid_input`, naming everything that does not fit. */
export const draftSource = (input: {
  readonly kind: string;
  readonly settings: JsonObject;
}): SourceDraft | Refusal => {
  const kind = kindOf(input.kind);
  if ('ok' in kind) return kind;
  const { own, shared } = splitSettings(input.settings);
  const reads = [
    check(kind.settings, own, 'The settings'),
    check(sharedSettings(input.kind), shared, 'The settings'),
  ];
  const errors = reads.flatMap((read) => (read.ok ? [] : (read.errors ?? [])));
  if (errors.length > 0) return invalid(errors.map((error) => ({ ...error, path: below(error.path) })));
  const [settings, common] = reads.map((read) => (read.ok ? read.value : undefined));
  const flaws = flawsOf(kind, settings);
  if (flaws.length > 0) return invalid(flaws);
  // Settings are JSON, and so is what their schemas make of them; members that are undefined go.
  const text = [settings, common].map((part) => JSON.stringify(part));
  return {
    ok: true,
    kind,
    own: settings,
    settings: Object.assign({}, ...text.map((part) => JSON.parse(part))),
  };
};

export type NewSecret = SourceSecrets[number];

export interface SecretChoice {
  readonly ok: true;
  /** null when the kind needs none */
  readonly secret: NewSecret | null;
  /** whether it was made here, so that it has to be shown */
  readonly isMade: boolean;
}

const random = (bytes: number): Buffer => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)));

const secretRefusal = (message: string): Refusal => invalid([{ path: 'secret', code: 'secret', message }]);

/** The secret that was given, or a new one where the kind lets us make it. */
export const chooseSecret = (
  { kind, own }: SourceDraft,
  given: string | undefined,
  now: number,
): SecretChoice | Refusal => {
  const origin = kind.secret(own);
  if (origin === 'none') {
    if (given === undefined) return { ok: true, secret: null, isMade: false };
    return secretRefusal('With these settings the source has no secret: leave it out.');
  }
  if (given === undefined && origin === 'given') {
    return secretRefusal(`The sender makes it: copy it from there, and give it too. ${kind.setup}`);
  }
  const problem = given === undefined ? null : (kind.secretProblem?.(given, own) ?? null);
  if (problem !== null) return secretRefusal(problem);
  const secret = {
    id: random(4).toString('hex'),
    secret: given ?? random(32).toString('base64url'),
    createdAt: now,
  };
  return { ok: true, secret, isMade: given === undefined };
};
