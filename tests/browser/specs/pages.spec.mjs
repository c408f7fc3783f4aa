// Every page, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways, nothing is reported as wrong.
import { expectNoViolation, lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test, watch } from '../support/test.mjs';

test('the sign-in page', async ({ page, site }) => {
  await page.goto(`${site.url}/sign-in`);
  await lookAt(page, 'sign-in');
});

test('the set-up page, and what it says without its link', async ({ page, emptySite: site }) => {
  await page.goto(`${site.url}/setup`);
  await expect(page.getByRole('main')).toContainText('setup.token');
  await lookAt(page, 'set-up-without-link');
  await expect.poll(() => site.setUpLink()).toBeTruthy();
  await page.goto(site.setUpLink());
  await lookAt(page, 'set-up');
});

test.describe('signed in', () => {
  let context;
  let page;
  let found;
  let tenant;

  test.beforeAll(async ({ browser, site }) => {
    context = await browser.newContext({ baseURL: site.url, reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    found = watch(page, true);
    await signIn(page, site, OWNER);
    tenant = new URL(page.url()).pathname.replace('/operations', '');
  });
  test.afterAll(() => context?.close());
  test.afterEach(() => {
    expect(found.splice(0), 'nothing went wrong in the browser').toEqual([]);
  });

  /** A page with a fixed address. */
  const PLAIN = {
    tenants: () => '/tenants',
    'tenant-new': () => '/tenants/new',
    notifications: () => '/notifications',
    account: () => '/account',
    engine: () => '/engine',
    pauses: () => `${tenant}/queue`,
    schedules: () => `${tenant}/schedules`,
    operations: () => `${tenant}/operations`,
    'views-none': () => `${tenant}/operations/views`,
    'operations-nothing': () => `${tenant}/operations?q=nothing-has-this-name`,
    inventory: () => `${tenant}/inventory`,
    coverage: () => `${tenant}/coverage`,
    'inventory-nothing': () => `${tenant}/inventory?q=nothing-has-this-name`,
    backups: () => `${tenant}/backups`,
    connection: () => `${tenant}/connection`,
    members: () => `${tenant}/members`,
    audit: () => `${tenant}/audit`,
    'not-found': () => `${tenant}/inventory/none/none`,
  };
  for (const [name, address] of Object.entries(PLAIN)) {
    test(`the page ${name}`, async () => {
      await page.goto(address());
      await lookAt(page, name);
    });
  }

  /** A page that is reached through the first row of another. */
  const OPENED = {
    run: () => `${tenant}/operations?outcome=partially_succeeded`,
    'run-succeeded': () => `${tenant}/operations?outcome=succeeded`,
    object: () => `${tenant}/inventory?type=settingsCatalog`,
    'object-incomplete': () => `${tenant}/inventory?state=incomplete`,
    'backup-set': () => `${tenant}/backups`,
  };
  for (const [name, address] of Object.entries(OPENED)) {
    test(`the page ${name}`, async () => {
      await page.goto(address());
      await page.locator('main a.row-a').first().click();
      await expect(page.locator('.page-h h1')).toBeVisible();
      await lookAt(page, name);
    });
  }

  test('the JSON and an earlier version of an object', async () => {
    await page.goto(`${tenant}/inventory?type=settingsCatalog`);
    const object = await page.locator('main a.row-a').first().getAttribute('href');
    await page.goto(`${object}?view=json`);
    await lookAt(page, 'object-json');
    await page.goto(object);
    await page.locator('a[href*="/versions/"]').first().click();
    await lookAt(page, 'object-version');
  });

  test('an item of a backup set, and one that was not captured', async () => {
    await page.goto(`${tenant}/backups`);
    await page.locator('main a.row-a').first().click();
    await expect(page.locator('.page-h h1')).toBeVisible();
    const set = page.url();
    await page.locator('#items tr', { hasText: 'Complete' }).locator('a[href*="/items/"]').first().click();
    await expect(page.getByRole('heading', { name: 'Content' })).toBeVisible();
    await lookAt(page, 'backup-item');
    await page.goto(set);
    await page.locator('#missing a[href*="/items/"]').first().click();
    await expect(page.getByText('It was not captured', { exact: true })).toBeVisible();
    await lookAt(page, 'backup-item-not-captured');
  });

  test('a type is excluded, and everything says so until it is included again', async () => {
    await page.goto(`${tenant}/coverage`);
    const row = page.locator('#scopeTags');
    await row.locator('summary').click();
    await row.getByPlaceholder('Why it is not to be observed').fill('Kept elsewhere');
    await row.getByRole('button', { name: /^Exclude type/ }).click();
    await expect(page.locator('#scopeTags')).toContainText('Kept elsewhere');
    await lookAt(page, 'coverage-excluded');
    await page.goto(`${tenant}/inventory?type=scopeTags`);
    await lookAt(page, 'inventory-excluded');
    await page.locator('main a.row-a').first().click();
    await lookAt(page, 'object-excluded');
    await page.goto(`${tenant}/coverage`);
    await page.locator('#scopeTags').getByRole('button', { name: /^Include type/ }).click();
    await expect(page.getByText('Type included')).toBeVisible();
  });

  test('menus, the bell, the toast and the drawer while they are open', async () => {
    await page.goto(`${tenant}/operations?done=preferences_saved`);
    await lookAt(page, 'toast');
    for (const [name, button] of [['bell', /^Notifications/], ['person', OWNER.name], ['keys', 'Keyboard shortcuts'], ['tenants-menu', /Switch tenant/]]) {
      await page.goto(`${tenant}/operations`);
      await page.getByRole('button', { name: button }).first().click();
      await expect(page.locator(':popover-open')).toHaveCount(1);
      await lookAtOpen(page, `open-${name}`);
    }
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(`${tenant}/operations`);
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    await lookAtOpen(page, 'open-drawer');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  async function lookAtOpen(open, name) {
    for (const theme of ['light', 'dark']) {
      await open.evaluate((chosen) => { document.documentElement.dataset.theme = chosen; }, theme);
      await expectNoViolation(open, `${name}, ${theme}`);
      await open.screenshot({ path: `artifacts/screens/${name}-${theme}.png` });
    }
  }
});
