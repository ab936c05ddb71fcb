/** A real browser for the tests of pages: the system's Chromium, without its own traffic, and axe to look for obstacles. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Undefined where there is none: the tests that need one are left out. */
export const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path));

if (CHROMIUM === undefined) {
  console.warn('The browser tests were left out: there is no Chromium here (apt-get install chromium).');
}

/** For a person to look at; never in the repository. */
export const SCREENSHOTS = process.env['SLUICE_SCREENSHOTS'] ?? join(tmpdir(), 'sluice-screenshots');

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      // Nothing but this machine can be reached.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What stands in the way of people with disabilities, as far as a machine can tell: WCAG 2.2 A and AA. */
export const obstaclesOn = async (page: Page): Promise<readonly string[]> => {
  // The page's own policy forbids scripts: axe is brought in by the debugger, and not as one of the page.
  await page.evaluate(AXE);
  const found = await page.evaluate<Found>(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  );
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
};

const WIDTHS = [390, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;

/** Takes the page's picture, narrow and wide, light and dark, and says what axe finds in any of them. */
export const lookAt = async (page: Page, name: string): Promise<readonly string[]> => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const obstacles: string[] = [];
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      obstacles.push(...(await obstaclesOn(page)));
      const path = join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      const isWider = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
      if (isWider) obstacles.push(`${name} is wider than ${width} pixels`);
    }
  }
  return [...new Set(obstacles)];
};
