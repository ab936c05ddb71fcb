/**
 * An identity provider in plain memory that does what a test says: right by default, and wrong in one thing at a time.
 * It keeps the rules that protect us from others: a code is good once, and only with the verifier of its challenge.
 */
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { JWTPayload } from 'jose';
import type { Reach } from '../../src/access/context.ts';

export const ISSUER = 'https://idp.example.com';
export const CLIENT = 'sluice';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export interface Bent {
  /** claims that differ; undefined leaves one out */
  readonly claims?: Record<string, unknown>;
  readonly userinfo?: Record<string, unknown>;
  /** signed with a key that is not published */
  readonly foreignKey?: boolean;
  readonly unsigned?: boolean;
  /** of the discovery document */
  readonly metadata?: Record<string, unknown>;
}

export interface FalseProvider {
  readonly reach: Reach;
  /** paths that were asked for */
  readonly asked: string[];
  readonly bend: (bent: Bent) => void;
  readonly rotate: () => Promise<void>;
  /** what the browser is sent back with, when the person there says yes */
  readonly consent: (authorize: URL) => URL;
  readonly token: (claims: JWTPayload, typ?: string) => Promise<string>;
}

interface Granted {
  readonly nonce: string;
  readonly challenge: string;
}

const now = (): number => Math.floor(Date.now() / 1_000);

const challengeOf = async (verifier: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return Buffer.from(digest).toString('base64url');
};

const without = (claims: Record<string, unknown>): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));

export const falseProvider = async (issuer = ISSUER): Promise<FalseProvider> => {
  let bent: Bent = {};
  let number = 1;
  let keys: KeyPair = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const granted = new Map<string, Granted>();
  const asked: string[] = [];

  const token = (claims: JWTPayload, typ = 'JWT'): Promise<string> => {
    if (bent.unsigned === true) return Promise.resolve(new UnsecuredJWT(claims).encode());
    const { privateKey } = bent.foreignKey === true ? foreign : keys;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: `k${number}`, typ }).sign(privateKey);
  };

  const tokens = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
    const code = form.get('code') ?? '';
    const grant = granted.get(code);
    granted.delete(code);
    if (grant?.challenge !== (await challengeOf(form.get('code_verifier') ?? ''))) {
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    const claims = {
      iss: issuer,
      aud: CLIENT,
      sub: 'stella',
      iat: now(),
      exp: now() + 300,
      nonce: grant.nonce,
      sid: 'session-1',
      name: 'Stella',
      email: 'Stella@Example.com',
      email_verified: true,
      groups: ['service-desk'],
    };
    return Response.json({
      access_token: 'at',
      token_type: 'Bearer',
      id_token: await token(without({ ...claims, ...bent.claims })),
    });
  };

  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/logout`,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    ...bent.metadata,
  });

  const published = async () => ({
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: `k${number}`, alg: 'RS256', use: 'sig' }],
  });

  return {
    asked,
    token,
    bend: (more) => (bent = more),
    rotate: async () => {
      keys = await generateKeyPair('RS256');
      number += 1;
    },
    consent: (authorize) => {
      const query = authorize.searchParams;
      const code = crypto.randomUUID();
      granted.set(code, { nonce: query.get('nonce') ?? '', challenge: query.get('code_challenge') ?? '' });
      const back = new URL(query.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', query.get('state') ?? '');
      return back;
    },
    reach: async (_env, request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (pathname.endsWith('/openid-configuration')) return Response.json(metadata());
      if (pathname === '/jwks' || pathname.endsWith('/certs')) return Response.json(await published());
      if (pathname === '/token') return tokens(request);
      return Response.json({ sub: 'stella', ...bent.userinfo });
    },
  };
};
