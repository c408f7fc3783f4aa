// Using the pages: by keyboard, without JavaScript, in the chosen theme, with filters that live in the address.
import { OWNER, READER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

test('the keyboard alone reaches search, places, rows and help', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await arrived(page, 'Operations');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await arrived(page, 'Inventory');
  await page.keyboard.press('/');
  await expect(page.locator('#q')).toBeFocused();
  await page.keyboard.type('j');
  await expect(page.locator('#q'), 'letters are letters while one types').toHaveValue('j');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeHidden();
  const rows = page.locator('#inventory tbody tr a.row-a');
  await page.keyboard.press('j');
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.nth(0)).toBeFocused();
  const name = await rows.nth(0).innerText();
  await page.keyboard.press('Enter');
  await arrived(page, name);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await arrived(page, 'Operations');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('the chosen theme stays, and the system decides until then', async ({ page, site }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${site.url}/sign-in`);
  const dark = await background();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background();
  expect(dark).not.toBe(light);
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  expect(await background()).toBe(dark);
  await page.reload();
  expect(await background(), 'after a reload').toBe(dark);
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  expect(await background()).toBe(light);
});

test('a filter lives in the address, narrows the list and survives a reload', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  const rows = page.locator('#inventory tbody tr');
  const all = await rows.count();
  // A short name is a part of many settings.
  const names = await rows.locator('a.row-a').allInnerTexts();
  const longest = names.reduce((one, two) => (two.length > one.length ? two : one));
  await page.getByPlaceholder('Name, setting, value or id').fill(longest);
  await expect(page).toHaveURL(/[?&]q=/);
  await expect.poll(() => rows.count()).toBeLessThan(all);
  const narrowed = await rows.count();
  expect(narrowed).toBeGreaterThan(0);
  await page.reload();
  await expect(rows).toHaveCount(narrowed);
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(all);
  await page.getByRole('button', { name: /^Type/ }).click();
  await page.getByRole('checkbox', { name: /^Shell script/ }).check();
  await expect(page).toHaveURL(/type=shellScripts/);
  await expect.poll(() => rows.count()).toBeLessThan(all);
});

test('everything works without JavaScript', async ({ browser, site }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: site.url });
  const page = await context.newPage();
  await signIn(page, site, OWNER);
  await expect(page.locator('[data-live-mark]'), 'nothing claims to be live').toBeHidden();
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  await page.getByPlaceholder('Name, setting, value or id').fill('nothing has this name');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/q=nothing/);
  await expect(page.getByText('No object matches')).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: 'Read directory groups' }).click();
  await expect(page.locator('.toast')).toContainText(/Read directory groups/);
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Read directory groups/ })).toBeVisible();
  await page.getByRole('button', { name: OWNER.name }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  await context.close();
});

test('a member who may only look sees each control off with its reason, and cannot press it', async ({ page, browser, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Members' }).click();
  const members = page.url();
  await page.getByLabel('E-mail address').fill(READER.email);
  await page.locator('#role').selectOption('readonly');
  await page.getByRole('button', { name: 'Add member' }).click();
  await expect(page.getByText('Member saved')).toBeVisible();
  await expect(page.getByRole('table')).toContainText(READER.name);

  const context = await browser.newContext({ baseURL: site.url });
  const reader = await context.newPage();
  await signIn(reader, site, READER);
  const tenant = new URL(members).pathname.replace('/members', '');
  for (const [path, words] of [['/inventory', 'Sync inventory'], ['/operations', 'Start'], ['/connection', 'Check connection'], ['/members', 'Add member']]) {
    await reader.goto(`${tenant}${path}`);
    const button = reader.getByRole('button', { name: words, exact: true });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    const reason = reader.locator(`#${await button.getAttribute('aria-describedby')}`);
    await expect(reason).toBeVisible();
    await expect(reason).not.toBeEmpty();
    const address = reader.url();
    await button.click({ force: true });
    expect(reader.url()).toBe(address);
    await expect(reader.locator('.toast')).toHaveCount(0);
  }
  await context.close();
});

test('signing out ends the session for every page of it', async ({ page, context, site }) => {
  await signIn(page, site, OWNER);
  const inside = page.url();
  const other = await context.newPage();
  await other.goto(inside);
  await page.getByRole('button', { name: OWNER.name }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in/);
  await page.goBack();
  await expect(page, 'nothing of it was kept').toHaveURL(/\/sign-in/);
});

/** The page with this title is there, and its scripts listen. */
async function arrived(page, title) {
  await expect(page.locator('.page-h h1')).toHaveText(title);
  await page.waitForLoadState('load');
}
