import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readOperatorsConfig } from '../../src/config/operators-config.ts';

it('reads who is told of errors, and nobody when nobody is named', () => {
  assert.deepEqual(readOperatorsConfig({}), { ok: true, value: { addresses: [], mailFrom: undefined } });
  const given = {
    ASSAY_OPERATORS: 'ops@example.org, slack:OPS_SLACK,teams:OPS_TEAMS,webhook:ops.hook',
    ASSAY_MAIL_FROM: 'assay@example.org',
  };
  assert.deepEqual(readOperatorsConfig(given), {
    ok: true,
    value: {
      addresses: [
        { type: 'email', to: 'ops@example.org' },
        { type: 'slack', secret: 'OPS_SLACK' },
        { type: 'teams', secret: 'OPS_TEAMS' },
        { type: 'webhook', secret: 'ops.hook' },
      ],
      mailFrom: 'assay@example.org',
    },
  });
});

for (const wrong of [
  'ops',
  'https://hooks.example.org/hidden',
  'slack:https://hidden',
  'pager:NAME',
  'slack:',
]) {
  it(`refuses ${wrong} without repeating it, which may be a secret`, () => {
    const read = readOperatorsConfig({ ASSAY_OPERATORS: `ops@example.org,${wrong}` });
    assert.ok(!read.ok);
    assert.equal(read.error.code, 'REQUEST_INVALID');
    assert.match(read.error.message, /ASSAY_OPERATORS/);
    assert.doesNotMatch(JSON.stringify(read.error), /hidden|pager/);
  });
}
