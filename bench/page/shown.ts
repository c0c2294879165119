import type { Browser } from 'playwright-core';

type Sight = { readonly selector: string; readonly count?: number };

const lookMs = 100;

/**
 * From the start of the navigation, in an empty tab without a cache, until each of these is to be seen and the page has
 * drawn and answers again: measured in the browser.
 */
export async function shownMs(browser: Browser, url: string, sights: readonly Sight[]): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(60_000);
  try {
    const page = await context.newPage();
    await page.addInitScript(watch(sights));
    await page.goto(url, { waitUntil: 'commit' });
    for (;;) {
      // By hand, because the page's policy lets nobody wait by a text of script in it.
      const seen = (await page.evaluate('window.sightsMs.filter(Boolean).length')) as number;
      if (seen === sights.length) return (await page.evaluate('window.sightsMs')) as number[];
      await page.waitForTimeout(lookMs);
    }
  } finally {
    await context.close();
  }
}

/** Runs in the page, before anything of its own. Behind the frame that draws something comes what waited for the thread. */
const watch = (sights: readonly Sight[]): string => `
  const sights = ${JSON.stringify(sights)};
  const open = new Set(sights.keys());
  window.sightsMs = [];
  new MutationObserver(() => {
    for (const at of open) {
      const { selector, count = 1 } = sights[at];
      if (document.querySelectorAll(selector).length < count) continue;
      open.delete(at);
      requestAnimationFrame(() => setTimeout(() => { window.sightsMs[at] = performance.now(); }));
    }
  }).observe(document, { childList: true, subtree: true });`;
