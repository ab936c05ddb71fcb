/**
 * The secrets of a local installation, in a file of lines `NAME="value"`. What is missing is made at the first start;
 * what stands there, other names included, is kept as it is.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
import { parseEnv } from 'node:util';

export type LocalSecrets = Readonly<Record<string, string>>;
type Chance = (bytes: number) => Buffer;

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

export const newToken = (chance: Chance = randomBytes): string => {
  const id = Array.from(chance(8), (byte) => LETTERS[byte & 31]).join('');
  return `slu_${id}_${chance(32).toString('base64url')}`;
};

/** `id:key`, 32 bytes: the form that lets a later key be put before it. */
export const newSealingKeys = (chance: Chance = randomBytes): string => `k1:${chance(32).toString('base64')}`;
export const newLinkKey = (chance: Chance = randomBytes): string => chance(32).toString('base64');

const NAMES = {
  SLUICE_TOKEN: newToken,
  SLUICE_KEYS: newSealingKeys,
  SLUICE_LINK_KEY: newLinkKey,
  // A laptop's flows may call the laptop; a deployed installation has no such setting.
  SLUICE_ALLOW_LOOPBACK: () => 'true',
} as const satisfies Record<string, () => string>;

export const readSecrets = (path: string): LocalSecrets => {
  if (!existsSync(path)) return {};
  const lines = parseEnv(readFileSync(path, 'utf8'));
  return Object.fromEntries(Object.entries(lines).flatMap(([name, value]) => (value ? [[name, value]] : [])));
};

/** Reads the file, adds what is missing and leaves it readable for its owner only. */
export const keepSecrets = (path: string): LocalSecrets => {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const known = readSecrets(path);
  const missing = Object.entries(NAMES).filter(([name]) => known[name] === undefined);
  const made = missing.map(([name, make]) => [name, make()] as const);
  if (made.length > 0) {
    mkdirSync(dirname(path), { recursive: true });
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const added = made.map(([name, value]) => `${name}="${value}"\n`).join('');
    writeFileSync(path, before + added, { mode: 0o600 });
  }
  chmodSync(path, 0o600);
  return { ...known, ...Object.fromEntries(made) };
};
