import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactUrl } from '../../../src/services/registry/redact.ts';

describe('an address that is shown', () => {
  it('keeps scheme, host and path, and hides user, password, query and fragment', () => {
    for (const [url, shown] of [
      ['https://hooks.example.org/a/b', 'https://hooks.example.org/a/b'],
      ['https://me:pa%20ss@hooks.example.org:8443/a', 'https://***@hooks.example.org:8443/a'],
      ['https://me@evil@hooks.example.org/a', 'https://***@hooks.example.org/a'],
      ['https://hooks.example.org/a?token=abc#frag', 'https://hooks.example.org/a?***'],
      ['https://hooks.example.org/a#token', 'https://hooks.example.org/a?***'],
      ['https://hooks.example.org/@me', 'https://hooks.example.org/@me'],
    ] as const) {
      assert.equal(redactUrl(url), shown);
    }
  });
});
