import assert from 'node:assert/strict';
import { it } from 'node:test';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';

function decode(notify: unknown) {
  return decodeDataset({
    dataset: 'flights',
    owner: 'owner@example.org',
    provider: { type: 'files', path: '/data/*.csv' },
    notify,
  });
}

const quiet = { from: '22:00', to: '07:30', time_zone: 'Europe/Berlin', except: 'fail' };

it('reads every kind of channel with its rules, and writes the same again', () => {
  const given = [
    { webhook: { url: 'https://example.org/hook', level: 'warn' } },
    { slack: { url: '${env:SLACK}', quiet_hours: quiet } },
    { teams: { url: '${file:TEAMS}', repeat: '4h' } },
    { email: { to: ['a@example.org'], level: 'fail' } },
    { email: {} },
  ];
  const decoded = decode(given);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  assert.deepEqual(decoded.value.notify, [
    { type: 'webhook', url: 'https://example.org/hook', level: 'warn' },
    {
      type: 'slack',
      url: { from: 'environment', name: 'SLACK' },
      quietHours: { from: 1_320, to: 450, timeZone: 'Europe/Berlin', exceptFail: true },
    },
    { type: 'teams', url: { from: 'file', name: 'TEAMS' }, repeatMs: 4 * 60 * 60_000 },
    { type: 'email', to: ['a@example.org'], level: 'fail' },
    { type: 'email' },
  ]);
  assert.deepEqual(encodeDataset(decoded.value)['notify'], given);
});

it('refuses the address of a chat in plain text, and does not repeat it', () => {
  const decoded = decode([{ slack: { url: 'https://hooks.slack.com/services/T/B/token' } }]);
  assert.ok(!decoded.ok);
  assert.match(JSON.stringify(decoded.error), /must not stand here in plain text/);
  assert.doesNotMatch(JSON.stringify(decoded.error), /token/);
});

for (const [what, notify, right] of [
  ['an address with a name', [{ email: { to: ['A <a@example.org>'] } }], /must be an e-mail address/],
  [
    'an address that adds a header',
    [{ email: { to: ['a@example.org\nBcc: b@example.org'] } }],
    /must be an e-mail address/,
  ],
  ['the same address twice', [{ email: { to: ['a@b.c', 'a@b.c'] } }], /the same address/],
  ['no address', [{ email: { to: [] } }], /at least one item/],
  ['a time that is none', [{ email: { quiet_hours: { ...quiet, from: '24:00' } } }], /a time of day/],
  ['an empty night', [{ email: { quiet_hours: { ...quiet, from: '07:30' } } }], /must differ/],
  ['an unknown zone', [{ email: { quiet_hours: { ...quiet, time_zone: 'Berlin' } } }], /Europe\/Berlin/],
  ['an interval of nothing', [{ email: { repeat: '0s' } }], /between 1m and 31d/],
] as const) {
  it(`refuses ${what}`, () => {
    const decoded = decode(notify);
    assert.ok(!decoded.ok);
    assert.match(JSON.stringify(decoded.error), right);
  });
}

it('refuses an e-mail that would go to nobody', () => {
  const given = { dataset: 'flights', owner: 'a team', provider: { type: 'files', path: '/data/*.csv' } };
  const decoded = decodeDataset({ ...given, notify: [{ email: {} }] });
  assert.ok(!decoded.ok);
  assert.match(JSON.stringify(decoded.error), /goes to nobody/);
  assert.ok(decodeDataset({ ...given, followers: ['a@example.org'], notify: [{ email: {} }] }).ok);
  assert.ok(decodeDataset({ ...given, notify: [{ email: { to: ['a@example.org'] } }] }).ok);
});
