import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, openBrowser, overflowOf, type PageBrowser } from '../support/page/browser.ts';
import { hostileDataset } from '../support/page/hostile-dataset.ts';
import { badDay, restatedDay, watchedFlights } from '../support/page/watched-flights.ts';
import type { ServiceWorkplace } from '../support/service-workplace.ts';

/** What owners do with the page, in a real browser on a real service. */
describe('the page', () => {
  let workplace: ServiceWorkplace;
  let browser: PageBrowser;
  let incident: string;

  before(async () => {
    workplace = await watchedFlights();
    browser = await openBrowser(workplace.service.url);
    const { incidents } = (await workplace.call('GET', '/incidents?open=true')).body;
    incident = incidents[0].id;
  });

  after(async () => {
    await browser.close();
    await workplace.close();
  });

  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first();

  it('leads from the overview to why a check failed', async () => {
    const page = await browser.open('/');
    await page.getByText('1 open', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'flights', exact: true }).click();
    await heading(page, 'flights').waitFor();
    await page.getByRole('tab', { name: 'Checks' }).click();
    await page.getByRole('button', { name: 'row_count', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await drawer
      .getByText(/row_count 1\d\d.*expected/)
      .first()
      .waitFor();
    await drawer.getByText('Recomputed from its record: the same, bit for bit').waitFor();
    await drawer.locator('svg path').first().waitFor();
    assert.match(page.url(), /\/datasets\/flights\/checks\?result=/, 'its address can be sent to somebody');
    await page.reload();
    await page
      .getByRole('dialog')
      .getByText(/row_count 1\d\d/)
      .first()
      .waitFor();
  });

  it('shows the rows that should not exist beside the check that found them', async () => {
    const page = await browser.open('/datasets/flights/checks');
    await page.getByRole('button', { name: /flights without an airport/ }).click();
    await page.getByRole('dialog').getByText('Rows that should not exist: 2 of 2').waitFor();
  });

  it('finds datasets by what one types, and says what to do where none fits', async () => {
    const page = await browser.open('/');
    await page.getByRole('textbox', { name: 'Search datasets' }).fill('departures OPS');
    await page.getByRole('link', { name: 'flights', exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Search datasets' }).fill('weather');
    await heading(page, 'No dataset fits').waitFor();
    assert.match(page.url(), /\?search=weather$/);
  });

  it('compares the revisions of a partition, and shows the rows that could not be read', async () => {
    const page = await browser.open(`/datasets/flights/partitions/${restatedDay}`);
    await page.getByText(/^\d+ fewer rows$/).waitFor();
    await page.goto(new URL(`/datasets/flights/partitions/${badDay}`, workplace.service.url).href);
    await page.getByText('column added: gate VARCHAR').waitFor();
    await page.getByText('1 row was left out:').waitFor();
    await page.getByText('Rows that should not exist: 2 of 2').waitFor();
    await page.getByText('JFK', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'flights', exact: true }).click();
    await page.getByRole('tab', { name: 'Schema' }).click();
    await heading(page, `Columns since ${badDay}`).waitFor();
  });

  it('tries a threshold on the past, and puts it in force', async () => {
    const page = await browser.open('/datasets/flights/policy');
    await page.getByRole('button', { name: 'Edit row_count' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Bound', exact: true }).fill('a lot');
    await drawer.getByText('a number').waitFor();
    await drawer.getByRole('textbox', { name: 'Bound', exact: true }).fill('200');
    await drawer.getByRole('button', { name: 'What would it have done?' }).click();
    await drawer.getByText('as it would be: 1 alarm on 25 partitions').waitFor();
    await drawer.getByRole('button', { name: 'Keep in the draft' }).click();
    const draft = page.getByRole('region', { name: 'Draft' });
    await draft.getByText('1 change, not saved').waitFor();
    assert.ok(await draft.getByRole('button', { name: 'Save' }).isDisabled(), 'it is tried before');
    await draft.getByRole('button', { name: 'Try it on the past' }).click();
    await page.getByText(/Against the policy in force/).waitFor();
    await draft.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved as version 2').waitFor();
    const { definition } = (await workplace.call('GET', '/datasets/flights')).body;
    assert.deepEqual(definition.checks[0].threshold.conditions, [
      { operator: 'must_be_greater_than', value: 200 },
    ]);
  });

  it('keeps two who edit one policy from overwriting each other', async () => {
    const page = await browser.open('/datasets/flights/policy?view=text');
    const text = page.getByRole('textbox', { name: 'Policy' });
    await text.fill('policy: {alerts_per_month: many}');
    await page.getByRole('alert').getByText('alerts_per_month').waitFor();
    await text.fill((await text.inputValue()).replace('many', '4'));
    await page.getByRole('region', { name: 'Draft' }).waitFor();
    const { version } = (await workplace.call('GET', '/datasets/flights')).body;
    const theirs = { yaml: 'policy: {alerts_per_month: 2}' };
    await workplace.call('PUT', '/datasets/flights/policy', theirs, { 'if-match': `"${version}"` });
    await page.getByText('Somebody else has changed the definition meanwhile').waitFor();
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await page.getByText('False alarms a month that you accept: 2').waitFor();
  });

  it('shows what others do without being asked again', async () => {
    const page = await browser.open(`/incidents/${encodeURIComponent(incident)}`);
    await page.locator('[data-live="live"]').waitFor();
    await page.getByText('New', { exact: true }).waitFor();
    await page.evaluate('window.isStillHere = true');
    await workplace.call('POST', `/incidents/${encodeURIComponent(incident)}/assign`, {
      by: 'bob',
      to: 'cy',
    });
    await page.getByText('Assigned to cy').first().waitFor();
    assert.equal(await page.evaluate('window.isStillHere'), true, 'it was not loaded again');
  });

  it('says when it is not live, looks by itself meanwhile, and is live again as soon as it can be', async () => {
    const page = await browser.open('/nowhere');
    await page.route('**/api/v1/events', (route) => route.fulfill({ status: 404 }));
    await page.goto(new URL('/', workplace.service.url).href);
    await page.getByText('Not live: looking every 10 s').waitFor();
    await page.getByRole('link', { name: 'flights', exact: true }).waitFor();
    await page.unroute('**/api/v1/events');
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('moves what is normal next when somebody says that an alarm was expected', async () => {
    const page = await browser.open(`/incidents/${encodeURIComponent(incident)}`);
    await page
      .getByText(/^Normal for the next partition: [\d–, ]+$/)
      .first()
      .waitFor();
    await page.getByRole('textbox', { name: 'Your name' }).fill('ana');
    await page.getByRole('heading', { name: 'What failed' }).click();
    await page.keyboard.press('r');
    await page.getByRole('menuitem', { name: 'Expected: it may come again' }).click();
    await page.getByText('Resolved: expected').first().waitFor();
    await page
      .getByText(/^Normal for the next partition: .*; it was [\d–, ]+$/)
      .first()
      .waitFor();
    await page.keyboard.press('o');
    await page.getByText('New', { exact: true }).waitFor();
  });

  it('takes an incident from new to resolved, and back', async () => {
    const page = await browser.open(`/incidents/${encodeURIComponent(incident)}`);
    await page.getByRole('textbox', { name: 'Your name' }).fill('ana');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Acknowledged', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByText('Assigned to ana').first().waitFor();
    await page.getByRole('button', { name: 'Resolve …' }).click();
    await page.getByRole('menuitem', { name: 'It was an error of the data' }).click();
    await page.getByText('Resolved: real error').first().waitFor();
    const { body } = await workplace.call('GET', `/incidents/${encodeURIComponent(incident)}`);
    assert.deepEqual([body.state.state, body.state.reason, body.state.by], ['resolved', 'real_error', 'ana']);
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByText('New', { exact: true }).waitFor();
  });

  it('registers a dataset in steps, after a look at its source, and shows how its backfill goes', async () => {
    const page = await browser.open('/new');
    await page.getByRole('textbox', { name: 'Folder' }).fill(workplace.directory);
    await page.getByRole('textbox', { name: 'Path', exact: true }).fill('nothing/*.csv');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByRole('alert').getByText('SOURCE_NOT_FOUND').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('textbox', { name: 'Path', exact: true }).fill('data/*.csv');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('25 partitions, of which').waitFor();
    await page.getByRole('radio', { name: 'By the column date' }).and(page.locator(':checked')).waitFor();
    await page.getByRole('cell', { name: 'VARCHAR' }).first().waitFor();
    await page.getByRole('button', { name: 'Next: checks' }).click();
    await page.getByRole('checkbox', { name: 'max_length must be 3' }).uncheck();
    await page.getByRole('button', { name: 'Next: register' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Not A Name');
    await page.getByRole('textbox', { name: 'Owner' }).fill('ana@example.org');
    await page.getByRole('alert').waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('again');
    await page.getByText('again is new').waitFor();
    // Whoever gets the address sees the same.
    await page.reload();
    await page.getByText('again is new').waitFor();
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('Backfill of again').waitFor();
    await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 120_000 });
    const { definition } = (await workplace.call('GET', '/datasets/again')).body;
    const origin = definition.columns.find((one: { name: string }) => one.name === 'origin');
    assert.deepEqual(
      origin.checks.map((one: { metric: string }) => one.metric),
      ['min_length'],
    );
  });

  it('shows whatever names and values hold as text, and keeps its shape', async () => {
    const name = await hostileDataset(workplace);
    const page = await browser.open('/');
    const wider: string[] = [];
    for (const path of [
      '/?search=hostile',
      `/datasets/${name}`,
      `/datasets/${name}/checks`,
      `/datasets/${name}/partitions/2001-01-02`,
      `/datasets/${name}/schema`,
      `/datasets/${name}/policy`,
      `/datasets/${name}/notifications`,
      `/datasets/${name}/settings`,
      '/incidents?show=all',
      '/notifications',
    ]) {
      await page.goto(new URL(path, workplace.service.url).href);
      await page.getByText('hostile').first().waitFor();
      await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const over = await overflowOf(page);
        if (over > 0) wider.push(`${path} is ${over} pixels wider than ${width}`);
      }
      assert.equal(await page.evaluate('window.isTaken'), undefined, `${path} ran what it was to show`);
    }
    assert.deepEqual(wider, []);
  });

  it('can be used by everybody: axe finds nothing, and a phone shows it without scrolling sideways', async () => {
    const { backfills } = (await workplace.call('GET', '/backfills')).body;
    const page = await browser.open('/');
    for (const [path, shown] of [
      ['/', 'Datasets'],
      ['/datasets/flights', 'Partitions'],
      ['/datasets/flights/checks', 'flights'],
      ['/datasets/flights/partitions', 'flights'],
      [`/datasets/flights/partitions/${badDay}`, 'Revisions'],
      ['/datasets/flights/schema', 'Changes'],
      ['/datasets/flights/incidents', 'flights'],
      ['/datasets/flights/policy', 'Suggested checks'],
      ['/datasets/flights/policy?metric=row_count', 'Set bounds'],
      ['/datasets/flights/policy?view=text', 'The parts of a definition'],
      ['/datasets/flights/notifications', 'delivered'],
      ['/datasets/flights/settings', 'Who is told'],
      ['/datasets/unknown', 'unknown'],
      ['/incidents?show=all', 'Incidents'],
      [`/incidents/${encodeURIComponent(incident)}`, 'What happened'],
      ['/activity', 'Jobs'],
      [`/activity/backfills/${backfills[0].id}`, 'Backfill of'],
      ['/cluster', 'Ingestion'],
      ['/notifications', 'delivered'],
      ['/settings', 'Appearance'],
      ['/new', 'Watch a dataset'],
      ['/resilience', 'Work of the last'],
      ['/resilience/drills/none', 'there is no report'],
      ['/nowhere', 'There is no such page'],
    ] as const) {
      await page.goto(new URL(path, workplace.service.url).href);
      await page.getByText(shown).first().waitFor();
      await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
        await assertAccessible(page, `${path} in ${colorScheme}`);
      }
      await page.setViewportSize({ width: 390, height: 844 });
      assert.ok(
        (await overflowOf(page)) <= 0,
        `${path} is ${await overflowOf(page)} pixels wider than a phone`,
      );
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

  it('reaches everything by keyboard, in the order of what is read', async () => {
    const page = await browser.open('/datasets/flights/checks');
    await page.getByRole('button', { name: 'row_count', exact: true }).waitFor();
    const reachable = Number(
      await page.evaluate(
        `[...document.querySelectorAll('a[href],button:not([disabled]),input,textarea,[role=tab]')]
          .filter((one) => one.tabIndex >= 0 && one.checkVisibility())
          .map((one, at) => { one.dataset.place = at; }).length`,
      ),
    );
    const reached: number[] = [];
    for (let at = 0; at < reachable; at += 1) {
      await page.keyboard.press('Tab');
      reached.push(Number(await page.evaluate('document.activeElement?.dataset.place')));
    }
    assert.deepEqual(
      reached,
      Array.from({ length: reachable }, (_, at) => at),
    );
    await page.getByRole('button', { name: 'row_count', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('complained about nothing in all of this', () => {
    const unexpected = browser.complaints.filter((complaint) => !/status of 4\d\d/.test(complaint));
    assert.deepEqual(unexpected, []);
  });
});
