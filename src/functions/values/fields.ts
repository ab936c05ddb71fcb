/** The kinds of fields that cards share. */
import * as z from 'zod';
import { TIME_UNITS } from '../../domain/calendar.ts';
import type { Json } from '../../domain/json.ts';
import { OPERATORS } from './comparison.ts';

/** Any value. What reaches a card is JSON already, so its members are not checked again. */
export const json: z.ZodType<Json, Json> = z.any();
export const list = z.array(json);
export const object = z.record(z.string(), json);
export const objects = z.array(object);

export const finite = z.number();
export const position = z.int().min(0);

/** Where a value lies inside another; see `path.ts`. */
export const path = z.union([z.string(), z.array(z.union([z.string(), z.int().min(0)]))]);

export const operator = z.enum(OPERATORS);

/** A time as ISO 8601 text; `calendar.ts` reads it. */
export const time = z.string();
export const zone = z.string().default('UTC').describe('An IANA time zone, like Europe/Berlin');
export const unit = z.enum(TIME_UNITS).describe('The unit of the amount');

/** How bytes are written as text. */
export const BYTE_ENCODINGS = ['hex', 'base64', 'base64url'] as const;
export const byteEncoding = z.enum(BYTE_ENCODINGS).default('hex').describe('How the bytes are written');
