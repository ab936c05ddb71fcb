/** Any sender that can be described by settings: how it proves itself, how its body is built, and where things lie. */
import { durationMs } from '../domain/duration.ts';
import { COME_AGAIN, empty, json, plain } from './answer.ts';
import { type Challenge, GenericSettings, type HmacSettings, type Where } from './generic-settings.ts';
import type { Handshake, Place, RecipeKind, Shape } from './kind.ts';
import type { Proof, SignatureProof } from './proof.ts';

/** The type of events whose sender has only one. */
const ONLY_TYPE = 'received';

const placeOf = (where: Where): Place => (typeof where === 'string' ? { expression: where } : where);
const placesOf = (where: Where | undefined): readonly Place[] =>
  where === undefined ? [] : [placeOf(where)];

const signatureOf = (auth: HmacSettings): SignatureProof => ({
  scheme: 'signature',
  algorithm: `hmac-${auth.algorithm}`,
  key: 'text',
  signed: auth.template,
  header: auth.header,
  layout: 'values',
  prefix: auth.prefix,
  encoding: auth.encoding,
  ...(auth.time === undefined
    ? {}
    : {
        time: {
          in: { header: auth.time.header },
          unit: auth.time.unit,
          // The pattern of the setting admits durations only.
          toleranceMs: durationMs(auth.time.tolerance) ?? 0,
        },
      }),
  ...(auth.idHeader === undefined ? {} : { idHeader: auth.idHeader }),
});

const proofOf = ({ auth }: GenericSettings): Proof => {
  switch (auth.scheme) {
    case 'none':
      return { scheme: 'none' };
    case 'header':
      return { scheme: 'header', header: auth.header };
    case 'basic':
      return { scheme: 'basic', username: auth.username };
    case 'hmac':
      return signatureOf(auth);
    case 'jwt':
      return {
        scheme: 'jwt',
        header: auth.header,
        jwksUrl: auth.jwksUrl,
        issuer: auth.issuer,
        audience: auth.audience,
        ...(auth.bodyHashClaim === undefined ? {} : { bodyHashClaim: auth.bodyHashClaim }),
      };
  }
};

const shapeOf = ({ body, list }: GenericSettings): Shape => {
  switch (body) {
    case 'object':
      return { as: 'object' };
    case 'array':
      return list === undefined ? { as: 'list' } : { as: 'list', at: list };
    case 'ndjson':
      return { as: 'lines' };
    case 'form':
      return { as: 'form' };
  }
};

const handshakeOf = ({ in: place, name, member }: Challenge): Handshake => ({
  method: place === 'body' ? 'POST' : 'GET',
  // In a body it comes the way events do, so it is signed like them.
  proven: place === 'body',
  challenge: place === 'body' ? { path: name } : place === 'query' ? { query: name } : { header: name },
  answer: (challenge) => (member === undefined ? plain(challenge) : json({ [member]: challenge })),
});

const PATHS = ['id', 'type', 'time', 'subject'] as const;

export const generic: RecipeKind<GenericSettings> = {
  title: 'Any sender',
  doc: 'Whoever can post JSON or a form, verified by a static header, basic authentication, an HMAC over a template, or a JSON Web Token. JSONata says where id, type, time and subject lie.',
  setup: 'Give the sender the address, and the secret in the way that the settings say.',
  settings: GenericSettings,
  secret: ({ auth }) => (auth.scheme === 'none' || auth.scheme === 'jwt' ? 'none' : 'generated'),
  expressions: (settings) =>
    PATHS.flatMap((path) => {
      const where = settings[path];
      return typeof where === 'string' ? [{ path, expression: where }] : [];
    }),
  unavailable: COME_AGAIN,
  recipe: (settings) => ({
    proofs: [proofOf(settings)],
    ...(settings.challenge === undefined ? {} : { handshake: handshakeOf(settings.challenge) }),
    shape: shapeOf(settings),
    id: placesOf(settings.id),
    type: settings.type === undefined ? () => ONLY_TYPE : placeOf(settings.type),
    time: placesOf(settings.time),
    subject: placesOf(settings.subject),
    accepted: empty(settings.status),
  }),
};
