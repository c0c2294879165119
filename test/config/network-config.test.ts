import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHttpAllow } from '../../src/config/network-config.ts';

describe('networks that may be read', () => {
  it('are none but public ones by default, and those that are named', () => {
    const none = readHttpAllow({});
    assert.ok(none.ok && none.value.length === 0);
    const some = readHttpAllow({ ASSAY_HTTP_ALLOW: '10.0.0.0/8, fd00::/8,' });
    assert.deepEqual(some.ok && some.value, ['10.0.0.0/8', 'fd00::/8']);
  });

  it('are refused at the start when they are no networks', () => {
    const wrong = readHttpAllow({ ASSAY_HTTP_ALLOW: '10.0.0.0/8,intranet' });
    assert.ok(!wrong.ok && wrong.error.code === 'REQUEST_INVALID');
    assert.match(wrong.error.message, /ASSAY_HTTP_ALLOW has "intranet"/);
  });
});
