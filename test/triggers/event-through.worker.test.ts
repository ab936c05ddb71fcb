import { applyD1Migrations } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { addSource } from '../../src/storage/sources.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

describe('the Worker itself', () => {
  it('takes what GitHub signs', async () => {
    const secrets = [{ id: 's1', secret: "It's a Secret to Everybody", createdAt: 0 }];
    const source = { name: 'github', kind: 'github', settings: {}, note: null, secrets };
    await addSource(env, source, { by: 'test', now: Date.now() });
    const body = '{"action":"opened","sender":{"login":"ana"}}';
    const key = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode("It's a Secret to Everybody"),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body));
    const signature = `sha256=${Buffer.from(mac).toString('hex')}`;

    const response = await exports.default.fetch('https://sluice.example/events/github', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-GitHub-Event': 'issues',
        'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'X-Hub-Signature-256': signature,
      },
      body,
    });

    expect(response.status).toBeLessThan(300);
    expect(response.headers.get('X-Request-Id')).toMatch(/^req_/);
    expect(await env.DB.prepare('SELECT source_id, type, raw FROM events').all()).toMatchObject({
      results: [{ source_id: '72d3162e-cc78-11e3-81ab-4c9367dc0958', type: 'issues.opened', raw: body }],
    });
  });
});
