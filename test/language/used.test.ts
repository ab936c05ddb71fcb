import { describe, expect, it } from 'vitest';
import { connectionsUsed, secretsUsed } from '../../src/language/used.ts';
import { parse, withSteps } from './catalogue.ts';

describe('what a flow needs', () => {
  it('is every secret and connection that a card names, in blocks too, once each', () => {
    const parsed = parse(
      withSteps(`
  - { card: test.send, connection: web, with: { to: "\${{ secrets.b }}", body: { key: "x \${{ secrets.a }}" } } }
  - try: [{ card: test.send, connection: web, with: { to: "\${{ secrets.b & inputs.name }}" } }]
    catch: [{ card: test.send, connection: mail, with: { to: me } }]`),
    );

    expect(parsed.ok && secretsUsed(parsed.flow)).toEqual(['a', 'b']);
    expect(parsed.ok && connectionsUsed(parsed.flow)).toEqual(['mail', 'web']);
  });
});
