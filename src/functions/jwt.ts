/** JSON Web Tokens (RFC 7519). */
import { decodeJwt, decodeProtectedHeader, errors, importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { DURATION, durationMs } from '../domain/duration.ts';
import { StepError } from '../domain/errors.ts';
import { utf8 } from './values/bytes.ts';
import { object } from './values/fields.ts';
import { limited } from './values/limit.ts';

const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA'] as const;
const algorithm = z
  .enum(ALGORITHMS)
  .default('HS256')
  .describe('How it is signed: HS… with a secret, the others with a key pair');
const token = z.string().describe('The token: three parts with dots between');

const content = z.strictObject({
  header: object.describe('The header, like alg and kid'),
  payload: object.describe('The claims, like sub and exp'),
});

/** What jose throws about a token, as an error of the step; bugs stay bugs. */
const refuse = (error: unknown): never => {
  if (!(error instanceof errors.JOSEError)) throw error;
  throw new StepError('invalid_token', `The token is not accepted: ${error.message}`);
};

type KeyReader = (pem: string, algorithm: string) => Promise<CryptoKey>;

const readKey = async (key: string, name: string, read: KeyReader): Promise<CryptoKey | Uint8Array> => {
  if (name.startsWith('HS')) return utf8(key);
  try {
    return await read(key, name);
  } catch {
    const remedy = 'signing takes a PRIVATE KEY (PKCS #8), verifying a PUBLIC KEY (SPKI)';
    throw new StepError('invalid_key', `The key is no PEM text for ${name}: ${remedy}`);
  }
};

export const decode = pure({
  title: 'Decode JWT',
  doc: 'The header and claims of a token. Its signature and times are not checked: what comes out is only what somebody wrote.',
  input: z.strictObject({ token }),
  output: content,
  examples: [
    {
      input: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl' },
      output: { header: { alg: 'HS256' }, payload: { sub: 'ana' } },
    },
    { title: 'No token', input: { token: 'abc' }, error: 'invalid_token' },
  ],
  run: (input) => {
    try {
      const header = object.parse(decodeProtectedHeader(input.token));
      return limited({ header, payload: object.parse(decodeJwt(input.token)) });
    } catch (error) {
      if (error instanceof TypeError) {
        throw new StepError('invalid_token', 'The text is no token: its header is not readable');
      }
      return refuse(error);
    }
  },
});

const SECRET = 'a secret of at least 32 characters';
const SIGNED =
  'eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3OTU0MzUyMDAsInN1YiI6ImFuYSIsImV4cCI6MTc5NTQzNTUwMH0.8dOmmPBX0deVCtkRVVkvdk2WYbuYFR_ahM19Iv0S8Xc';

export const sign = pure({
  title: 'Sign JWT',
  doc: 'A signed token with the given claims. The time of signing (iat) is added unless the claims have one.',
  input: z.strictObject({
    payload: object.describe('The claims, like iss, sub and aud'),
    key: z.string().min(1).describe('The secret, or a private key as PEM text (PKCS #8)'),
    algorithm,
    expiresIn: z.string().regex(DURATION).optional().describe('How long it is valid, like 5m; adds exp'),
    header: object.default({}).describe('More members of the header, like kid'),
  }),
  output: z.strictObject({ token }),
  examples: [
    {
      input: { payload: { sub: 'ana' }, key: SECRET, expiresIn: '5m' },
      now: '2026-11-23T12:00:00Z',
      output: {
        token: SIGNED,
      },
    },
    {
      title: 'A secret where a key pair is needed',
      input: { payload: {}, key: 'secret', algorithm: 'RS256' },
      error: 'invalid_key',
    },
  ],
  run: async ({ payload, key, algorithm: name, expiresIn, header }, { now }) => {
    const seconds = Math.floor(now / 1_000);
    const lifetime = expiresIn === undefined ? undefined : Math.floor((durationMs(expiresIn) ?? 0) / 1_000);
    const claims = {
      iat: seconds,
      ...payload,
      ...(lifetime === undefined ? {} : { exp: seconds + lifetime }),
    };
    const signer = new SignJWT(claims).setProtectedHeader({ ...header, alg: name });
    return { token: await signer.sign(await readKey(key, name, importPKCS8)).catch(refuse) };
  },
});

export const verify = pure({
  title: 'Verify JWT',
  doc: 'The header and claims of a token whose signature is right, which has not expired, and whose issuer and audience are those asked for. Everything else is an error.',
  input: z.strictObject({
    token,
    key: z.string().min(1).describe('The secret, or a public key as PEM text (SPKI)'),
    algorithm,
    issuer: z.string().optional().describe('Who must have issued it'),
    audience: z.string().optional().describe('Whom it must be meant for'),
  }),
  output: content,
  examples: [
    {
      input: {
        token: SIGNED,
        key: SECRET,
      },
      now: '2026-11-23T12:01:00Z',
      output: { header: { alg: 'HS256' }, payload: { sub: 'ana', iat: 1_795_435_200, exp: 1_795_435_500 } },
    },
    {
      title: 'Expired',
      input: {
        token: SIGNED,
        key: SECRET,
      },
      now: '2026-11-23T12:05:00Z',
      error: 'invalid_token',
    },
  ],
  run: async ({ token: given, key, algorithm: name, issuer, audience }, { now }) => {
    const wanted = {
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    const options = { ...wanted, algorithms: [name], currentDate: new Date(now) };
    const verified = await jwtVerify(given, await readKey(key, name, importSPKI), options).catch(refuse);
    return { header: object.parse(verified.protectedHeader), payload: object.parse(verified.payload) };
  },
});
