import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHolidays } from '../../../src/adapters/holidays/date-holidays.ts';

describe('public holidays', () => {
  const holidays = createHolidays();

  it('are those of a country, by date, with English names', async () => {
    const us = await holidays.inYear('US', 2001);
    assert.equal(us['2001-11-22'], 'Thanksgiving Day');
    assert.equal(us['2001-07-04'], 'Independence Day');
    assert.equal(us['2001-11-23'], undefined);
    const germany = await holidays.inYear('DE', 2001);
    assert.equal(germany['2001-04-13'], 'Good Friday');
  });

  it('are those of a region beside its country’s', async () => {
    const [germany, bavaria] = [await holidays.inYear('DE', 2001), await holidays.inYear('DE-BY', 2001)];
    assert.equal(bavaria['2001-01-06'], 'Epiphany');
    assert.equal(germany['2001-01-06'], undefined);
    assert.ok(Object.keys(germany).every((date) => bavaria[date] !== undefined));
  });

  it('take all days of a feast that lasts several', async () => {
    const days = Object.entries(await holidays.inYear('SA', 2020)).filter(([, name]) =>
      name.includes('Eid al-Fitr'),
    );
    assert.deepEqual(
      days.map(([date]) => date),
      ['2020-05-23', '2020-05-24', '2020-05-25', '2020-05-26'],
    );
  });

  it('name each day once, within days of the year', async () => {
    for (const code of ['US', 'DE-BY', 'CN', 'IL', 'JP', 'BR']) {
      for (const date of Object.keys(await holidays.inYear(code, 2019)))
        assert.match(date, /^20(?:18|19|20)-\d\d-\d\d$/);
    }
  });

  it('have codes of countries and regions; an unknown one has no holidays', async () => {
    const codes = await holidays.codes();
    for (const code of ['US', 'US-CA', 'DE-BY', 'GB', 'GB-SCT']) assert.ok(codes.includes(code), code);
    assert.ok(!codes.includes('XX') && !codes.includes('US-ZZ'));
    assert.deepEqual(await holidays.inYear('XX', 2001), {});
    assert.deepEqual(await holidays.inYear('US-ZZ', 2001), {});
  });
});
