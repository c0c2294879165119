import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** What everybody in tests of the page has chosen. */
export const password = 'a sentence that is long';

type Installation = { readonly url: string; readonly dataDirectory: string };

/** A link that only the operator can make: whoever can read the data directory. */
async function setupLink({ url, dataDirectory }: Installation): Promise<string> {
  const key = (await readFile(join(dataDirectory, 'operator.key'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/api/v1/setup/link`, { method: 'POST', headers });
  return ((await answer.json()) as { url: string }).url;
}

/** Makes `ana@example.org` an administrator by the operator's link, and waits until she is in. */
export async function setUp(page: Page, installation: Installation): Promise<void> {
  await page.goto(await setupLink(installation));
  await page.getByRole('textbox', { name: 'E-mail address' }).fill('ana@example.org');
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana <Bell>');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('button', { name: 'AB, account of Ana <Bell>' }).waitFor();
}
