/** The settings of a source of the kind `generic`. What contradicts itself is refused when it is saved. */
import * as z from 'zod';
import { DURATION } from '../domain/duration.ts';
import { JwksUrl } from './jwt.ts';
import { HeaderName } from './setting.ts';

const header = HeaderName.default('Authorization').describe('The header that shows who sent it');

const NoAuth = z.strictObject({ scheme: z.literal('none') });
const HeaderAuth = z.strictObject({ scheme: z.literal('header'), header });
const BasicAuth = z.strictObject({
  scheme: z.literal('basic'),
  // RFC 7617, section 2: a colon ends the name.
  username: z.string().regex(/^[^:]{1,100}$/, 'A user name has no colon'),
});

const HmacAuth = z
  .strictObject({
    scheme: z.literal('hmac'),
    header: HeaderName.describe('The header that holds the signature'),
    algorithm: z.enum(['sha256', 'sha1', 'sha512']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: z.string().max(20).default('').describe('What stands before the signature, like sha256='),
    template: z
      .string()
      .max(200)
      .default('{body}')
      .describe('What is signed: {body}, and {timestamp} and {id} where the sender signs them too'),
    time: z
      .strictObject({
        header: HeaderName,
        unit: z.enum(['s', 'ms']).default('s'),
        // Kept as it is written: settings are stored, and read again for every post.
        tolerance: z.string().regex(DURATION, 'Write a duration, like 5m').default('5m'),
      })
      .optional()
      .describe('The header with the time of signing, and how old it may be'),
    idHeader: HeaderName.optional().describe('The header with the id that {id} stands for'),
  })
  .refine(({ template }) => template.includes('{body}'), {
    path: ['template'],
    error: 'Without {body} anybody could send another body with the same signature',
  })
  .refine(({ template, time }) => template.includes('{timestamp}') === (time !== undefined), {
    path: ['time'],
    error: 'A template with {timestamp} needs time, and a time that is not signed proves nothing',
  })
  .refine(({ template, idHeader }) => template.includes('{id}') === (idHeader !== undefined), {
    path: ['idHeader'],
    error: 'A template with {id} needs idHeader, and idHeader is of no use without {id}',
  });
export type HmacSettings = z.output<typeof HmacAuth>;

const JwtAuth = z.strictObject({
  scheme: z.literal('jwt'),
  header,
  jwksUrl: JwksUrl,
  issuer: z.string().min(1).describe('Who must have issued the token, its iss'),
  audience: z
    .string()
    .min(1)
    .describe('Whom it must be meant for, its aud: others get tokens of the same issuer'),
  bodyHashClaim: z
    .string()
    .min(1)
    .optional()
    .describe('The claim with the SHA-256 of the body, if there is one'),
});

/** JSONata over the event, or a header of the post. */
const Where = z.union([z.string().min(1).max(500), z.strictObject({ header: HeaderName })]);
export type Where = z.output<typeof Where>;

const Challenge = z.strictObject({
  in: z.enum(['query', 'header', 'body']).describe('Where the challenge comes: a GET, or a verified POST'),
  name: z.string().min(1).max(100).describe('Name of the parameter or header, or path in the body'),
  member: z.string().min(1).max(100).optional().describe('Member of the JSON answer; without it, plain text'),
});
export type Challenge = z.output<typeof Challenge>;

export const GenericSettings = z
  .strictObject({
    auth: z
      .discriminatedUnion('scheme', [NoAuth, HeaderAuth, BasicAuth, HmacAuth, JwtAuth])
      .default({ scheme: 'header', header: 'Authorization' })
      .describe('How the sender proves itself; none lets everybody in, and has to be asked for'),
    body: z.enum(['object', 'array', 'ndjson', 'form']).default('object').describe('How a post is built'),
    list: z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, 'Write names with dots between, like data.events')
      .optional()
      .describe('Where the array lies, if it is not the body itself'),
    id: Where.optional().describe('The id by which the same event is known again; without it, its hash'),
    type: Where.optional().describe('The type; without it, every event has the type received'),
    time: Where.optional().describe('When it happened: ISO 8601, seconds or milliseconds'),
    subject: Where.optional().describe('Whom it happened to'),
    challenge: Challenge.optional().describe('A question to which the sender wants its own text back'),
    status: z
      .union([z.literal(200), z.literal(202), z.literal(204)])
      .default(202)
      .describe('The answer when all is well'),
  })
  .refine(({ body, list }) => body === 'array' || list === undefined, {
    path: ['list'],
    error: 'Only a body of the kind array has a list',
  })
  .refine(({ body, id }) => typeof id !== 'object' || body === 'object' || body === 'form', {
    path: ['id'],
    error: 'A header is the same for all events of a post: take the id from the event',
  });
export type GenericSettings = z.output<typeof GenericSettings>;
