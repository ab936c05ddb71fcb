/** Examples of `http.request`: its documentation, and tests. */
import type { ActionExample } from '../domain/card.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const USERS = 'https://api.example.com/users';

export const examples: readonly [ActionExample, ...ActionExample[]] = [
  {
    title: 'Reads JSON',
    input: { url: `${USERS}/7` },
    request: { method: 'GET', url: `${USERS}/7` },
    answer: { status: 200, headers: JSON_TYPE, body: { id: 7, login: 'ana' } },
    output: { status: 200, headers: JSON_TYPE, body: { id: 7, login: 'ana' }, url: `${USERS}/7` },
  },
  {
    title: 'A list in the query repeats its key',
    input: { url: USERS, query: { status: ['ACTIVE', 'STAGED'], q: 'Ana B', limit: 20, after: null } },
    request: { method: 'GET', url: `${USERS}?status=ACTIVE&status=STAGED&q=Ana%20B&limit=20` },
    answer: { status: 200, headers: JSON_TYPE, body: [] },
    output: {
      status: 200,
      headers: JSON_TYPE,
      body: [],
      url: `${USERS}?status=ACTIVE&status=STAGED&q=Ana%20B&limit=20`,
    },
  },
  {
    title: 'Sends JSON',
    input: { method: 'POST', url: USERS, body: { login: 'ana' } },
    request: { method: 'POST', url: USERS, body: { login: 'ana' } },
    answer: { status: 201, headers: { ...JSON_TYPE, location: `${USERS}/7` }, body: { id: 7 } },
    output: { status: 201, headers: { ...JSON_TYPE, location: `${USERS}/7` }, body: { id: 7 }, url: USERS },
  },
  {
    title: 'Sends a form',
    input: { method: 'POST', url: 'https://sso.example.com/token', form: { user: 'ana', scope: 'a b' } },
    request: { method: 'POST', url: 'https://sso.example.com/token', body: 'user=ana&scope=a+b' },
    answer: { status: 204 },
    output: { status: 204, headers: {}, body: null, url: 'https://sso.example.com/token' },
  },
  {
    title: 'Sends text with a content type of its own',
    input: { method: 'PUT', url: `${USERS}/7`, rawBody: '<user/>', contentType: 'application/xml' },
    request: { method: 'PUT', url: `${USERS}/7`, body: '<user/>' },
    answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'saved' },
    output: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'saved', url: `${USERS}/7` },
  },
  {
    title: 'A missing user fails the step',
    input: { url: `${USERS}/8` },
    request: { method: 'GET', url: `${USERS}/8` },
    answer: { status: 404, headers: JSON_TYPE, body: { error: 'no such user' } },
    error: 'http_status',
  },
  {
    title: 'Unless that is an answer too',
    input: { url: `${USERS}/8`, accept: ['2xx', 404] },
    request: { method: 'GET', url: `${USERS}/8` },
    answer: { status: 404, headers: JSON_TYPE, body: { error: 'no such user' } },
    output: { status: 404, headers: JSON_TYPE, body: { error: 'no such user' }, url: `${USERS}/8` },
  },
  {
    title: 'JSON that is none fails the step',
    input: { url: USERS, response: 'json' },
    request: { method: 'GET', url: USERS },
    answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    error: 'not_json',
  },
];
