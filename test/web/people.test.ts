import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import {
  assertAccessible,
  buildPage,
  openBrowser,
  overflowOf,
  type PageBrowser,
} from '../support/page/browser.ts';
import { password, setUp } from '../support/page/first-administrator.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

/** How people come in, and what only some of them may do, in a real browser on a real service. */
describe('people on the page', () => {
  let directory: string;
  let service: ServiceProcess;
  let browser: PageBrowser;
  let page: Page;

  before(async () => {
    await buildPage();
    directory = await mkdtemp(join(tmpdir(), 'assay-people-'));
    service = await startService(directory, { ASSAY_ACCESS: 'on' });
    browser = await openBrowser(service.url);
    page = await browser.open('/incidents?show=all');
  });

  after(async () => {
    await browser.close();
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const go = (path: string) => page.goto(new URL(path, service.url).href);

  async function signIn(email: string, secret = password): Promise<void> {
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: /account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  it('are asked who they are before they see anything', async () => {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('Nobody has an account yet').waitFor();
    assert.match(page.url(), /\/sign-in\?next=%2Fincidents%3Fshow%3Dall$/);
  });

  it('begin with the link of the operator', async () => {
    await setUp(page, { url: service.url, dataDirectory: directory });
  });

  it('come back to where they wanted to go, once the password fits', async () => {
    await signOut();
    await go('/incidents?show=all');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn('ana@example.org', 'something else entirely');
    await page.getByRole('alert').waitFor();
    await signIn('ana@example.org');
    await page.getByRole('heading', { name: 'There was no incident yet' }).waitFor();
    assert.match(page.url(), /\/incidents\?show=all$/);
    await go('/sign-in?next=https://elsewhere.example');
    await page.waitForURL(new URL('/', service.url).href);
  });

  it('invite others, who choose a password and see less', async () => {
    await go('/settings/users');
    await page.getByRole('textbox', { name: 'E-mail address' }).fill('bea@example.org');
    await page.getByRole('textbox', { name: 'Name' }).fill('Bea');
    await page.getByRole('button', { name: 'Invite' }).click();
    const link = await page.locator('[data-secret]').innerText();
    await page.getByText('invited', { exact: true }).waitFor();
    await signOut();
    await page.goto(link);
    await page.getByText('You were invited as bea@example.org.').waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.getByRole('button', { name: 'B, account of Bea' }).waitFor();
    await go('/settings/users');
    await page.getByRole('tab', { name: 'API keys' }).waitFor();
    assert.equal(await page.getByRole('tab', { name: 'Users' }).count(), 0);
  });

  it('make keys that are told once, and revoke them', async () => {
    await go('/settings/keys');
    await page.getByRole('textbox', { name: 'What it is for' }).fill('nightly loader');
    await page.getByRole('button', { name: 'Make it' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    const ask = async () => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${service.url}/api/v1/datasets`, { headers })).status;
    };
    assert.equal(await ask(), 200);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.locator('[data-secret]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Revoke nightly loader' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('heading', { name: 'There is no key yet' }).waitFor();
    assert.equal(await ask(), 401);
  });

  it('are sent to sign in as soon as their session is over, wherever they are', async () => {
    await page.context().clearCookies();
    await page.getByRole('tab', { name: 'Your account' }).click();
    // The link may be gone by now: the page may have noticed by what it just asked.
    await page.getByRole('link', { name: 'Cluster' }).evaluateAll((links: readonly { click(): void }[]) => {
      for (const link of links) link.click();
    });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn('ana@example.org');
    await page.waitForURL(/\/(?:cluster|settings\/account)$/);
  });

  it('see in the audit log who did what, by filters that stand in the address', async () => {
    await go('/settings/audit');
    await page.getByText('user.add').first().waitFor();
    await page.getByRole('textbox', { name: 'Who' }).fill('bea@example.org');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('user.add').first().waitFor({ state: 'detached' });
    await page.getByText('key.add').first().waitFor();
    assert.match(page.url(), /\?who=bea%40example\.org$/);
  });

  it('can all use it: axe finds nothing, and a phone shows it without scrolling sideways', async () => {
    for (const [path, shown] of [
      ['/settings', 'People sign in'],
      ['/settings/account', 'Change it'],
      ['/settings/keys', 'Make it'],
      ['/settings/users', 'Invite somebody'],
      ['/settings/audit', 'user.add'],
      ['/setup?token=none', 'Begin'],
      ['/invitation?token=none', 'Welcome'],
    ] as const) {
      await go(path);
      await page.getByText(shown).first().waitFor();
      await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
        await assertAccessible(page, `${path} in ${colorScheme}`);
      }
      await page.setViewportSize({ width: 390, height: 844 });
      const over = await overflowOf(page);
      assert.ok(over <= 0, `${path} is ${over} pixels wider than a phone`);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

  it('met nothing unexpected in all of this', () => {
    const unexpected = browser.complaints.filter((complaint) => !/status of 4\d\d/.test(complaint));
    assert.deepEqual(unexpected, []);
  });
});
