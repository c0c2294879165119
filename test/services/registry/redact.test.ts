import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactUrl } from '../../../src/services/registry/redact.ts';

describe('an address that is shown', () => {
  it('keeps scheme and host, and hides whatever may hold a token', () => {
    for (const [url, shown] of [
      ['https://hooks.example.org', 'https://hooks.example.org'],
      ['https://hooks.example.org/', 'https://hooks.example.org/'],
      ['https://hooks.example.org/services/T0/B0/token', 'https://hooks.example.org/***'],
      ['https://me:pa%20ss@hooks.example.org:8443/a', 'https://***@hooks.example.org:8443/***'],
      ['https://me@evil@hooks.example.org/a', 'https://***@hooks.example.org/***'],
      ['https://hooks.example.org?token=abc#frag', 'https://hooks.example.org/***'],
      ['https://hooks.example.org#token', 'https://hooks.example.org/***'],
      ['https://hooks.example.org/@me', 'https://hooks.example.org/***'],
    ] as const) {
      assert.equal(redactUrl(url), shown);
    }
  });
});
