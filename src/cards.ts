/** Every card a flow may use, by id: the family and the name of the export. A new card needs no line here. */
import * as http from './connectors/http.ts';
import type { Card, Cards } from './domain/card.ts';
import * as base64 from './functions/base64.ts';
import * as boolean from './functions/boolean.ts';
import * as crypto from './functions/crypto.ts';
import * as date from './functions/date.ts';
import * as json from './functions/json.ts';
import * as jwt from './functions/jwt.ts';
import * as list from './functions/list.ts';
import * as number from './functions/number.ts';
import * as object from './functions/object.ts';
import * as pattern from './functions/pattern.ts';
import * as text from './functions/text.ts';
import * as url from './functions/url.ts';

type Family = Readonly<Record<string, Card>>;

/** Pure cards. */
const FUNCTIONS: Readonly<Record<string, Family>> = {
  text,
  pattern,
  list,
  number,
  boolean,
  date,
  object,
  json,
  url,
  base64,
  crypto,
  jwt,
};

/** Cards that reach outside: one family a connector. */
const CONNECTORS: Readonly<Record<string, Family>> = { http };

export const cards: Cards = new Map(
  Object.entries({ ...FUNCTIONS, ...CONNECTORS }).flatMap(([family, members]) =>
    Object.entries(members).map(([name, card]) => [`${family}.${name}`, card] as const),
  ),
);
