/** What a form starts a run with: who sent it, from where, and the inputs. */
import type { Context } from 'hono';
import { personCaller } from '../../access/caller.ts';
import type { HttpContext } from '../../access/context.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Person } from '../../domain/person.ts';
import type { Start } from '../../domain/run.ts';

const HEADER_LENGTH = 500;

const header = (c: Context<HttpContext>, name: string): string | null =>
  c.req.header(name)?.slice(0, HEADER_LENGTH) ?? null;

/** The record of the person as they were at that time; the inputs are not repeated, as some may be secret. */
const requestOf = (c: Context<HttpContext>, person: Person): JsonObject => ({
  person: {
    subject: person.subject,
    name: person.name,
    email: person.email,
    groups: person.groups,
    via: person.via,
  },
  ip: header(c, 'CF-Connecting-IP'),
  userAgent: header(c, 'User-Agent'),
});

export const startOfForm = (c: Context<HttpContext>, person: Person, inputs: JsonObject): Start => ({
  trigger: 'delegated',
  caller: personCaller(person),
  inputs,
  request: requestOf(c, person),
});
