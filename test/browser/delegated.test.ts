/** The delegated door as people meet it: a real browser before a whole Sluice as `npm start` runs it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, scratch, start, until, type Installation } from '../blackbox/installation.ts';
import { CHROMIUM, lookAt, openBrowser } from './chromium.ts';

const ONBOARD = `
title: Bring in a contractor
description: Makes the account on the first day.
trigger: { kind: delegated, allow: ['group:service-desk'], confirm: This costs a licence. }
inputs:
  name: { type: string, title: Full name, minLength: 3 }
  email: { type: string, format: email, title: Private e-mail, description: For the welcome message. }
  kind: { type: string, title: Kind of contract, enum: [hourly, fixed, agency] }
  office: { type: string, title: Office, enum: [Berlin, Lisbon, Madrid, Oslo, Paris, Rome], optional: true }
  start: { type: string, format: date, title: First day }
  days: { type: integer, title: Length in days, minimum: 1, maximum: 90, default: 30 }
  systems: { type: array, title: Access to, items: { type: string, enum: [crm, wiki, build] }, optional: true }
  aliases: { type: array, title: Other names, items: { type: string }, optional: true }
  laptop: { type: boolean, title: Needs a laptop }
  meeting: { type: string, format: date-time, title: First meeting, optional: true }
  pin: { type: string, title: PIN for the door, secret: true, pattern: '^[0-9]{4}$', description: Four digits. }
  address:
    type: object
    title: Where the laptop goes
    optional: true
    properties: { city: { type: string }, zip: { type: string, title: Postal code } }
  notes: { type: string, widget: textarea, optional: true }
steps:
  - return: { login: "\${{ $lowercase($replace(inputs.name, ' ', '.')) }}", systems: "\${{ inputs.systems }}" }
outputs:
  login: { type: string, title: User name }
  systems: { type: array, title: Has access to, items: { type: string } }
settings: { timezone: Europe/Berlin }
`;

const FLOWS: Readonly<Record<string, string>> = {
  'hr/onboard': ONBOARD,
  'hr/raise': `
title: Give a raise
trigger: { kind: delegated, allow: ['group:managers'] }
steps: [{ fail: { code: budget, message: The budget of this year is spent. } }]`,
  'hr/leave': `
title: Take a leave
trigger: { kind: delegated, allow: ['group:managers'] }
steps: [{ wait: { for: 1h } }]`,
};

let sluice: Installation;
let browser: Browser;
const rooms: BrowserContext[] = [];

/** Somebody's own browser: cookies are not shared. The pages forbid scripts themselves. */
const signIn = async (name: string): Promise<Page> => {
  const room = await browser.newContext({ baseURL: sluice.url });
  rooms.push(room);
  room.setDefaultTimeout(10_000);
  const page = await room.newPage();
  await page.goto('/delegated');
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForURL('**/delegated');
  return page;
};

/** The browser itself refuses much: this lets through what another client might send. */
const dropBrowserChecks = (page: Page): Promise<void> =>
  page.evaluate("document.querySelector('form.ask').setAttribute('novalidate', '')");

const place = scratch();

describe.skipIf(CHROMIUM === undefined)('the delegated door in a browser', () => {
  beforeAll(async () => {
    for (const [name, text] of Object.entries(FLOWS)) {
      mkdirSync(join(place.flows, 'hr'), { recursive: true });
      writeFileSync(join(place.flows, `${name}.yaml`), text);
    }
    sluice = await start(place);
    browser = await openBrowser();
    const isLoaded = (): true | undefined => (/hr\/raise@1/.test(sluice.output()) ? true : undefined);
    await until('the flows', isLoaded, { told: sluice.output });
  }, 90_000);

  afterAll(async () => {
    await Promise.all(rooms.map((room) => room.close()));
    await browser.close();
    await sluice.interrupt();
    endAll();
    place.remove();
  });

  it('shows Stella one of three forms', async () => {
    const page = await signIn('Stella');

    const forms = await page.locator('.card a').allTextContents();

    expect(forms).toEqual(['Bring in a contractor']);
    expect(await lookAt(page, 'list')).toEqual([]);
  }, 60_000);

  it('lets Stella make mistakes, correct them, run it, see the result and find it again', async () => {
    const page = await signIn('Stella');
    await page.getByRole('link', { name: 'Bring in a contractor' }).click();
    expect(await lookAt(page, 'form')).toEqual([]);
    await page.getByRole('button', { name: 'Run' }).click();
    expect(page.url()).toContain('/delegated/hr/onboard');
    expect(await page.locator(':invalid').count()).toBeGreaterThan(0);

    await dropBrowserChecks(page);
    await page.getByLabel('Full name').fill('Al');
    await page.getByLabel('Private e-mail').fill('nobody');
    await page.getByLabel('crm').check();
    await page.getByLabel('Length in days').fill('91');
    await page.getByLabel('PIN for the door').fill('12');
    await page.getByLabel('Postal code').fill('10115');
    await page.getByRole('button', { name: 'Run' }).click();

    await page.getByRole('heading', { name: '8 things are not right' }).waitFor();
    expect(await lookAt(page, 'errors')).toEqual([]);
    expect(await page.getByLabel('Full name').inputValue()).toBe('Al');
    expect(await page.getByLabel('crm').isChecked()).toBe(true);
    expect(await page.getByLabel('PIN for the door').inputValue()).toBe('');
    await page.getByRole('link', { name: 'Fill in “City”.' }).click();
    expect(await page.evaluate('document.activeElement.name')).toBe('address.city');

    await page.getByLabel('City').fill('Berlin');
    await page.getByLabel('Full name').fill('Alma Diaz');
    await page.getByLabel('Private e-mail').fill('alma@example.com');
    await page.getByLabel('hourly').check();
    await page.getByLabel('First day').fill('2026-12-01');
    await page.getByLabel('Length in days').fill('60');
    await page.getByLabel(/^First meeting/).fill('2026-12-01T09:30');
    await page.getByLabel('PIN for the door').fill('1234');
    await page.getByLabel('Yes, go ahead').check();
    await page.getByRole('button', { name: 'Run' }).click();

    await page.waitForURL('**/delegated/runs/run_*');
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await page.getByText('alma.diaz', { exact: true }).waitFor();
    expect(await page.content()).not.toContain('1234');
    expect(await lookAt(page, 'result')).toEqual([]);

    const run = page.url();
    await page.getByRole('link', { name: 'My runs' }).first().click();
    const found = page.getByRole('link', { name: 'Bring in a contractor' });
    await until('the run in the list', async () => {
      if ((await found.count()) === 1 && (await page.getByText('Done').count()) === 1) return true;
      await page.reload();
      return undefined;
    });
    expect(await lookAt(page, 'my-runs')).toEqual([]);
    await found.click();
    expect(page.url()).toBe(run);
  }, 120_000);

  it('gives somebody else 404 for the form and for the run', async () => {
    const stella = await signIn('Stella');
    await stella.goto('/delegated/runs');
    const run = await stella
      .getByRole('link', { name: 'Bring in a contractor' })
      .first()
      .getAttribute('href');
    const nora = await signIn('Nora');

    const asked = [
      await nora.goto('/delegated/hr/onboard'),
      await nora.goto(run ?? ''),
      await nora.goto('/delegated/no'),
    ];

    expect(asked.map((response) => response?.status())).toEqual([404, 404, 404]);
    expect(await lookAt(nora, 'nothing-here')).toEqual([]);
  }, 60_000);

  it('tells Max in the words of the flow why a run failed, and looks again at one that waits', async () => {
    const max = await signIn('Max');

    await max.goto('/delegated/hr/raise');
    await max.getByRole('button', { name: 'Run' }).click();
    await max.getByText('The budget of this year is spent.').waitFor();
    expect(await lookAt(max, 'failed')).toEqual([]);

    await max.goto('/delegated/hr/leave');
    await max.getByRole('button', { name: 'Run' }).click();
    await max.getByRole('heading', { name: 'Waiting' }).waitFor();
    await max.waitForEvent('framenavigated', { timeout: 10_000 });
    await max.getByRole('link', { name: 'Stop that' }).click();
    await max.getByRole('link', { name: 'Look again' }).waitFor();
    expect(await lookAt(max, 'waiting')).toEqual([]);
  }, 60_000);

  it('is fast: no page is over 20 kB, and none asks for more than the style sheet', async () => {
    const page = await signIn('Stella');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));

    const response = await page.goto('/delegated/hr/onboard');

    expect((await response?.body())?.byteLength).toBeLessThan(20_000);
    expect(new Set(asked)).toEqual(new Set(['/delegated/hr/onboard', '/assets/pages.css']));
  }, 30_000);
});
