import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readAccessConfig } from '../../src/config/access-config.ts';

it('access control is on unless it is switched off, by option before environment', () => {
  const modeOf = (access: string | undefined, environment = {}): string => {
    const read = readAccessConfig({ access }, environment);
    return read.ok ? read.value.mode : read.error.code;
  };
  assert.equal(modeOf(undefined), 'on');
  assert.equal(modeOf(undefined, { ASSAY_ACCESS: 'off' }), 'off');
  assert.equal(modeOf('on', { ASSAY_ACCESS: 'off' }), 'on');
  for (const wrong of ['no', 'OFF', '']) assert.equal(modeOf(wrong), 'REQUEST_INVALID');
});

it('proxies are trusted by address or network, and by nothing else', () => {
  const proxiesOf = (text: string) => {
    const read = readAccessConfig({}, { ASSAY_TRUSTED_PROXIES: text });
    return read.ok ? read.value.trustedProxies : read.error.code;
  };
  assert.deepEqual(proxiesOf('10.0.0.0/8, ::1,fd00::/8'), ['10.0.0.0/8', '::1', 'fd00::/8']);
  for (const wrong of ['true', '10.0.0.0/33', '10.0.0.0/8/8', 'proxy.example.org', '1.2.3'])
    assert.equal(proxiesOf(wrong), 'REQUEST_INVALID', wrong);
});
