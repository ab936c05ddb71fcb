/** What a step gives to `http.request`. */
import * as z from 'zod';
import type { Json } from '../domain/json.ts';

// What reaches a card is JSON already; walking it once more would only cost time.
export const anyJson: z.ZodType<Json, Json> = z.any();

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const pairs = z.record(z.string(), z.union([scalar, z.array(scalar)]));
const headers = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const status = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5](xx|\d\d)$/, 'Expected a status like 404, or a class of them like 2xx'),
]);

export const MAX_BYTES = 1_048_576;

/** `GET` of an address that shows whether an attempt with unknown outcome took place. */
const Probe = z.strictObject({
  url: z.string(),
  query: pairs.optional(),
  headers: headers.optional(),
});

export const RequestInput = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    url: z.string().describe('Absolute, or relative to the baseUrl of the connection'),
    query: pairs.optional().describe('Added to the address; a list repeats its key, null leaves it out'),
    headers: headers.optional(),
    body: anyJson.optional().describe('Sent as JSON'),
    rawBody: z.string().optional().describe('Sent as it is'),
    form: pairs.optional().describe('Sent as application/x-www-form-urlencoded'),
    contentType: z.string().optional().describe('Of the body, when it is not what its kind says'),
    accept: z
      .array(status)
      .min(1)
      .optional()
      .describe('Statuses that are no failure: 2xx unless given, with manual redirects 3xx too'),
    redirects: z.enum(['follow', 'manual']).default('follow'),
    response: z
      .enum(['auto', 'json', 'text', 'base64'])
      .default('auto')
      .describe('What becomes of the body; auto reads JSON by its content type, all else as text'),
    maxBytes: z.int().min(1).max(MAX_BYTES).default(MAX_BYTES).describe('Larger answers fail the step'),
    repeat: z
      .enum(['safe', 'once'])
      .optional()
      .describe('Whether the request may be sent again when its outcome is unknown; by method unless given'),
    probe: Probe.optional().describe(
      'Looks whether an attempt with unknown outcome happened: 2xx says yes, 404 and 410 say no',
    ),
  })
  .refine((input) => bodies(input) <= 1, 'Give one of body, rawBody and form')
  .refine(
    (input) => bodies(input) === 0 || (input.method !== 'GET' && input.method !== 'HEAD'),
    'GET and HEAD have no body: use query',
  )
  .refine((input) => input.repeat === undefined || input.probe === undefined, 'Give either repeat or probe');

export type RequestInput = z.output<typeof RequestInput>;

function bodies(input: { body?: unknown; rawBody?: unknown; form?: unknown }): number {
  return [input.body, input.rawBody, input.form].filter((body) => body !== undefined).length;
}
