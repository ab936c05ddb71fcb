/** The api door: flows as endpoints, their late results, and the document that describes them. */
import { Hono } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { invoke } from './invoke.ts';
import { openApi } from './openapi.ts';
import { results } from './results.ts';

export const apiDoor = new Hono<HttpContext>();

apiDoor.all('/invoke/*', invoke);
apiDoor.get('/openapi.json', openApi);
apiDoor.all('/results/:link', results);
