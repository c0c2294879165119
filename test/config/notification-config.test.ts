import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readNotificationConfig } from '../../src/config/notification-config.ts';

it('knows the address of the page and the sender, or neither', () => {
  assert.deepEqual(readNotificationConfig({}), {
    ok: true,
    value: { publicUrl: undefined, mailFrom: undefined },
  });
  const given = { ASSAY_PUBLIC_URL: 'https://example.org/assay/', ASSAY_MAIL_FROM: 'assay@example.org' };
  assert.deepEqual(readNotificationConfig(given), {
    ok: true,
    value: { publicUrl: 'https://example.org/assay', mailFrom: 'assay@example.org' },
  });
});

for (const [name, wrong] of [
  ['ASSAY_PUBLIC_URL', 'assay.example.org'],
  ['ASSAY_PUBLIC_URL', 'javascript:alert(1)'],
  ['ASSAY_PUBLIC_URL', 'https://example.org/?a=b'],
  ['ASSAY_MAIL_FROM', 'Assay <assay@example.org>'],
  ['ASSAY_MAIL_FROM', 'a@example.org\r\nBcc: b@example.org'],
] as const) {
  it(`refuses ${JSON.stringify(wrong)} as ${name}, by name`, () => {
    const read = readNotificationConfig({ [name]: wrong });
    assert.ok(!read.ok && read.error.code === 'REQUEST_INVALID');
    assert.match(read.error.message, new RegExp(name));
  });
}
