// Searching: one box finds by name and by what is set, says why, and an object leads to what it uses and what uses it.
import { lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const BOX = 'Find by name or setting';

test('a setting finds the policies that set it, and an object leads to what it uses', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  const rows = page.locator('#inventory tbody tr');
  const all = await rows.count();
  await page.getByLabel(BOX).fill('bitlocker');
  await expect(page).toHaveURL(/[?&]q=bitlocker/);
  await expect.poll(() => rows.count()).toBeLessThan(all);
  const found = await rows.count();
  expect(found).toBeGreaterThan(0);
  await expect(page.locator('#inventory .why', { hasText: 'Matches' }).first()).toContainText(/bitlocker/i);
  await lookAt(page, 'inventory-search');
  await page.locator('h1').click();
  await page.keyboard.press('j');
  await expect(rows.first().locator('a.row-a')).toBeFocused();
  await rows.filter({ hasText: 'Settings catalog policy' }).first().locator('a.row-a').click();
  const uses = page.getByRole('region', { name: /^Uses/ });
  await expect(uses).toBeVisible();
  await expect(page.getByRole('region', { name: /^Used by/ })).toBeVisible();
  await lookAt(page, 'object-references');
  await uses.getByRole('link').first().click();
  await expect(page.getByRole('main')).toContainText(/Used by|Using/);
});

test('what cannot be searched for is said, and the box works without scripts', async ({ page, browser, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  await page.getByLabel(BOX).fill('***');
  await expect(page.locator('#inventory')).toContainText('This cannot be searched for');
  await expect(page.locator('#inventory')).toContainText('There are no wildcards');
  await lookAt(page, 'inventory-search-refused');
  await page.getByRole('link', { name: 'Clear the search' }).click();
  await expect(page.locator('#inventory tbody tr').first()).toBeVisible();
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: site.url });
  const plain = await context.newPage();
  await signIn(plain, site, OWNER);
  await plain.getByRole('link', { name: 'Inventory', exact: true }).click();
  await plain.getByLabel(BOX).fill('bitlocker');
  await plain.getByLabel(BOX).press('Enter');
  await expect(plain.locator('#inventory .why', { hasText: 'Matches' }).first()).toBeVisible();
  await context.close();
});

test('the command line finds the same', async ({ site }) => {
  const as = ['--as', OWNER.email];
  const found = JSON.parse(await site.command(['--json', 'inventory', 'Contoso', '--search', 'bitlocker', ...as]));
  expect(found.length).toBeGreaterThan(0);
  expect(found.some((each) => /bitlocker/i.test(each.found_in))).toBe(true);
});
