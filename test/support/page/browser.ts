import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');

/** A real browser, and the page of a service in it. */
export type PageBrowser = {
  /** A tab with storage of its own on an address of the service; the tab before is closed. */
  open(path: string, size?: { readonly width: number; readonly height: number }): Promise<Page>;
  /** What went wrong in all tabs so far: errors of the console, thrown errors, and violations of the page's own policy. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

/** Builds the page where it is not current. A service serves the files that are there when it starts. */
export async function buildPage(): Promise<void> {
  await promisify(execFile)('sh', [join(root, 'scripts/build-page.sh')]);
}

/** Starts a browser for the service at `url`. */
export async function openBrowser(url: string): Promise<PageBrowser> {
  const browser = await launch();
  const complaints: string[] = [];
  const open: PageBrowser['open'] = async (path, viewport = { width: 1440, height: 900 }) => {
    await Promise.all(browser.contexts().map((before) => before.close()));
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', colorScheme: 'light' });
    // The machine that runs the tests may do a lot else.
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await page.goto(new URL(path, url).href);
    return page;
  };
  return { open, complaints, close: () => browser.close() };
}

/** Debian's browser. As root it has no sandbox of its own: it sees only pages of these tests. */
export function launch(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: '/usr/bin/chromium', args });
}

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
};

/** Fails unless everybody can use what a tab shows, as far as axe can tell: WCAG 2.2, levels A and AA. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] }).then((found) => found.violations)`,
  )) as Violation[];
  const told = violations.flatMap(({ id, impact, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${id} (${impact}): ${target.join(' ')}: ${failureSummary}`),
  );
  assert.deepEqual(told, [], what);
}

/** How many pixels a tab is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  const { width } = page.viewportSize() ?? { width: 0 };
  return Number(await page.evaluate('document.documentElement.scrollWidth')) - width;
}
