import { describe, expect, it } from 'vitest';
import { keptHeaders } from '../../src/triggers/event/kept-headers.ts';

const keep = (headers: Record<string, string>, settings = {}, secrets: readonly string[] = ['hunter22']) =>
  keptHeaders(new Headers(headers), { settings, secrets });

describe('the headers that are kept of a post', () => {
  it('are what it says of itself', () => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': 'ping',
      'ce-type': 'com.example.thing',
      'webhook-id': 'msg_1',
    };

    expect(keep(headers)).toEqual(headers);
  });

  it.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'x-hub-signature-256',
    'x-slack-signature',
    'stripe-signature',
    'x-api-key',
    'x-gitlab-token',
    'x-okta-verification-challenge',
    'cf-connecting-ip',
    'cf-access-jwt-assertion',
    'x-forwarded-for',
  ])('have no %s among them', (name) => {
    expect(keep({ [name]: 'x' })).toEqual({});
  });

  it('have none that a secret stands in, whatever its name and whatever stands around it', () => {
    expect(keep({ 'x-door': 'Bearer hunter22', 'x-other': 'hunter' })).toEqual({ 'x-other': 'hunter' });
  });

  it('have none that the settings name as the proof, but one that they name for the id', () => {
    const headers = { 'x-door': 'eyJhbGciOi', 'x-event': '42' };

    expect(keep(headers, { auth: { header: 'X-Door' }, id: { header: 'X-Event' } })).toEqual({
      'x-event': '42',
    });
    expect(keep(headers, { header: 'X-Door' })).toEqual({ 'x-event': '42' });
  });

  it('are all kept of a source that has no secret yet', () => {
    expect(keep({ 'x-a': '1' }, {}, [''])).toEqual({ 'x-a': '1' });
  });

  it('are 60 at most, of 1,000 characters each', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-${at}`, 'y'.repeat(2_000)]));

    const kept = keep(many);

    expect(Object.keys(kept)).toHaveLength(60);
    expect(new Set(Object.values(kept).map(({ length }) => length))).toEqual(new Set([1_000]));
  });
});
