import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { startService } from '../service-process.ts';
import { openBrowser } from './browser.ts';
import { setUp } from './first-administrator.ts';
import { badDay, restatedDay, watchedFlights } from './watched-flights.ts';

/** Writes a picture of every page, at three widths and in both schemes: `npm run screens -- FOLDER`. */
const folder = resolve(process.argv[2] ?? 'screens');
const looks = [
  { width: 1440, scheme: 'light' },
  { width: 1440, scheme: 'dark' },
  { width: 1024, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const;

await mkdir(folder, { recursive: true });
await watched();
await administered();

/** The pages of a dataset with an incident, and all that stands beside it. */
async function watched(): Promise<void> {
  const workplace = await watchedFlights();
  const { service } = workplace;
  const browser = await openBrowser(service.url);
  const { incidents } = (await workplace.call('GET', '/incidents?open=true')).body;
  const { backfills } = (await workplace.call('GET', '/backfills')).body;
  const { results } = (await workplace.call('GET', '/datasets/flights/results?latest=true&check=row_count'))
    .body;
  const page = await browser.open('/');
  await shoot({ page, url: service.url }, [
    ['overview', '/'],
    ['summary', '/datasets/flights'],
    ['checks', '/datasets/flights/checks'],
    ['explanation', `/datasets/flights/checks?result=${encodeURIComponent(results[0].id)}`],
    ['partitions', '/datasets/flights/partitions'],
    ['partition', `/datasets/flights/partitions/${badDay}`],
    ['restated', `/datasets/flights/partitions/${restatedDay}`],
    ['schema', '/datasets/flights/schema'],
    ['dataset-incidents', '/datasets/flights/incidents'],
    ['policy', '/datasets/flights/policy'],
    ['threshold', '/datasets/flights/policy?metric=row_count'],
    ['policy-text', '/datasets/flights/policy?view=text'],
    ['dataset-notifications', '/datasets/flights/notifications'],
    ['dataset-settings', '/datasets/flights/settings'],
    ['incidents', '/incidents?show=all'],
    ['incident', `/incidents/${encodeURIComponent(incidents[0].id)}`],
    ['activity', '/activity'],
    ['backfill', `/activity/backfills/${encodeURIComponent(backfills[0].id)}`],
    ['cluster', '/cluster'],
    ['resilience', '/resilience'],
    ['notifications', '/notifications'],
    ['settings', '/settings'],
    ['new', '/new'],
    ['nowhere', '/nowhere'],
  ]);
  await browser.close();
  await workplace.close();
}

/** The pages of an installation where people sign in. */
async function administered(): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'assay-screens-'));
  const service = await startService(dataDirectory, { ASSAY_ACCESS: 'on' });
  const browser = await openBrowser(service.url);
  const page = await browser.open('/');
  await shoot({ page, url: service.url }, [
    ['sign-in', '/sign-in'],
    ['setup', '/setup?token=none'],
    ['invitation', '/invitation?token=none'],
  ]);
  await setUp(page, { url: service.url, dataDirectory });
  await shoot({ page, url: service.url }, [
    ['first-steps', '/'],
    ['account', '/settings/account'],
    ['keys', '/settings/keys'],
    ['users', '/settings/users'],
    ['audit', '/settings/audit'],
  ]);
  await browser.close();
  await service.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}

async function shoot(
  { page, url }: { readonly page: Page; readonly url: string },
  places: readonly (readonly [name: string, path: string])[],
): Promise<void> {
  for (const [name, path] of places) {
    for (const { width, scheme } of looks) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(new URL(path, url).href);
      await page.getByRole('heading').first().waitFor();
      await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
    }
  }
}
