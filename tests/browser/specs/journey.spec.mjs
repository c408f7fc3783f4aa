// The main path of a stranger, from the first start to a verified backup, in one go.
import { CONTOSO, OWNER } from '../support/site.mjs';
import { expect, test } from '../support/test.mjs';

test('a stranger sets up, adds a tenant, watches a sync, reads what is missing, backs up and verifies', async ({ page, freshSite: site }) => {
  // Fourteen steps in one: a slow machine may take its time.
  test.setTimeout(300_000);
  await test.step('the set-up link makes the first account and signs in', async () => {
    await expect.poll(() => site.setUpLink(), 'the server prints the link').toBeTruthy();
    await page.goto(`${site.url}/`);
    await expect(page).toHaveURL(/\/(setup|sign-in)/);
    await page.goto(site.setUpLink());
    await page.getByLabel('Your name').fill(OWNER.name);
    await page.getByLabel('E-mail address').fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByLabel('Password again').fill(OWNER.password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Tenants' })).toBeVisible();
  });

  await test.step('signing out and in again', async () => {
    await page.getByRole('button', { name: OWNER.name }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
    await page.getByLabel('E-mail address').fill(OWNER.email);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('No tenant yet')).toBeVisible();
  });

  await test.step('a tenant is added with its connection', async () => {
    await page.getByRole('link', { name: 'Add tenant' }).click();
    await page.getByLabel('Display name').fill(CONTOSO.displayName);
    await page.getByLabel('Directory id').fill(CONTOSO.tenantId);
    await page.getByLabel('Primary domain').fill(CONTOSO.primaryDomain);
    await page.getByLabel('Cloud').selectOption('simulator');
    await page.getByLabel('Application (client) id').fill(CONTOSO.clientId);
    await page.getByLabel('Client secret').fill(CONTOSO.clientSecret);
    await page.getByRole('button', { name: 'Add tenant' }).click();
    await expect(page.getByRole('status').getByText('Tenant added')).toBeVisible();
    await expect(page.getByText(CONTOSO.clientSecret)).toHaveCount(0);
  });

  await test.step('the connection is checked', async () => {
    await page.getByRole('button', { name: 'Check connection' }).click();
    await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /^Check connection/ })).toBeVisible();
    await expect(page.locator('#run-summary')).toContainText('Succeeded');
  });

  await test.step('the names of the groups are read', async () => {
    await page.getByRole('link', { name: 'Inventory', exact: true }).click();
    await page.getByRole('button', { name: 'Read directory groups' }).click();
    await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
    await expect(page.locator('#run-summary')).toContainText('Succeeded');
  });

  await test.step('a sync answers at once, and its row changes live', async () => {
    // Slow enough to be seen at work.
    await site.simulate('latency', { ms: 150 });
    await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
    await expect(page.locator('[data-live-mark]')).toContainText('Live');
    const loaded = await page.evaluate(() => { window.notReloaded = true; return performance.timeOrigin; });
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Sync inventory' }).click();
    await expect(page.locator('.toast')).toContainText(/Sync inventory queued/i);
    const newer = page.locator('#ops-newer').getByRole('link', { name: /1 newer operation/ });
    await newer.click();
    const row = page.locator('#ops tbody tr').first();
    await expect(row).toContainText('Sync inventory');
    const identity = await row.getAttribute('id');
    await expect(row).toContainText('Running');
    await expect(row.getByRole('progressbar').or(row.locator('progress, svg'))).not.toHaveCount(0);
    await site.simulate('latency', { ms: 0 });
    await expect(row).toContainText('Partially succeeded', { timeout: 40_000 });
    await expect(row).toContainText('graph.permission_denied');
    expect(await row.getAttribute('id')).toBe(identity);
    expect(await page.evaluate(() => [window.notReloaded, performance.timeOrigin])).toEqual([true, loaded]);
  });

  await test.step('the toast leads to the run, which names each thing that is missing with its code', async () => {
    await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
    await expect(page.locator('#run-summary')).toContainText('Partially succeeded');
    const next = page.getByRole('table', { name: 'Failures by code, with what to do next' });
    await expect(next).toContainText('graph.permission_denied');
    await expect(next).toContainText('Grant the permission in Entra');
    await expect(next).toContainText('graph.unavailable');
    const count = next.getByRole('row', { name: /graph.permission_denied/ }).getByRole('link').first();
    const number = Number((await count.innerText()).match(/\d+/)[0]);
    expect(number).toBeGreaterThan(0);
    await count.click();
    await expect(page).toHaveURL(/code=graph\.permission_denied/);
    const items = page.getByRole('table', { name: 'Items of this run' });
    await expect(items.locator('tbody tr')).toHaveCount(number);
    await expect(items.locator('tbody tr').first()).toContainText('graph.permission_denied');
  });

  await test.step('an incomplete object says what is missing of it', async () => {
    await page.getByRole('link', { name: 'Inventory', exact: true }).first().click();
    await page.getByRole('list', { name: 'By state' }).getByRole('link', { name: /incomplete/ }).click();
    await expect(page).toHaveURL(/state=incomplete/);
    await page.locator('#inventory a.row-a').first().click();
    await expect(page.getByRole('main')).toContainText('Not read completely by the last pass');
  });

  await test.step('an object shows settings, assignments with names, JSON and versions', async () => {
    await page.goto(await assignedPolicy(page, site));
    await expect(page.getByRole('heading', { level: 2, name: /^Settings/ })).toBeVisible();
    const assignments = page.getByRole('table', { name: 'Assignments with groups and filters' });
    const group = assignments.locator('a.row-a').first();
    await expect(group).not.toHaveText(/^[0-9a-f-]{36}$/);
    await page.getByRole('link', { name: 'JSON', exact: true }).click();
    await expect(page).toHaveURL(/view=json/);
    await expect(page.getByRole('main')).toContainText('"settings"');
    const versions = page.locator('section', { has: page.getByRole('heading', { name: 'Versions' }) });
    await versions.getByRole('link').first().click();
    await expect(page).toHaveURL(/\/versions\//);
    await expect(page.getByRole('heading', { level: 2, name: /^Settings/ })).toBeVisible();
  });

  await test.step('a backup is made, and says what it lacks', async () => {
    await page.getByLabel('Main').getByRole('link', { name: 'Backups', exact: true }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Before the change');
    await page.getByRole('button', { name: 'Back up' }).click();
    await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
    await expect(page.locator('#run-summary')).toContainText('Partially succeeded');
  });

  await test.step('the bell tells of it and leads to the run', async () => {
    await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Operations' })).toBeVisible();
    const bell = page.getByRole('button', { name: /^Notifications, \d+ unread$/ });
    await expect(bell).toBeVisible();
    await bell.click();
    const card = page.locator('#bell-cards li').filter({ hasText: 'Before the change' }).getByRole('link', { name: /partially succeeded/ }).first();
    await expect(card).toBeVisible();
    await card.click();
    await expect(page.locator('#run-summary')).toContainText('Partially succeeded');
    await page.getByRole('link', { name: /^Backup set/ }).click();
  });

  await test.step('the set is verified', async () => {
    await expect(page.getByRole('heading', { level: 1, name: 'Before the change' })).toBeVisible();
    await page.getByRole('button', { name: 'Verify set' }).click();
    await expect(page.getByRole('main')).toContainText(/Intact: \d+ objects read back and equal to the manifest/);
    const manifest = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download manifest' }).click();
    expect((await manifest).suggestedFilename()).toMatch(/-manifest\.json$/);
  });

  await test.step('everything is in the audit log', async () => {
    await page.getByRole('link', { name: 'Audit log' }).first().click();
    await expect(page.getByRole('table')).toContainText('Anna Lindqvist');
  });
});

/** The page of the first settings catalog policy that is assigned to a group. */
async function assignedPolicy(page, site) {
  const tenant = new URL(page.url()).pathname.split('/').slice(0, 3).join('/');
  await page.goto(`${site.url}${tenant}/inventory?type=settingsCatalog`);
  const rows = page.locator('#inventory tbody tr');
  for (const row of await rows.all()) {
    const href = `${site.url}${await row.locator('a.row-a').getAttribute('href')}`;
    await page.goto(href);
    if (await page.getByRole('table', { name: 'Assignments with groups and filters' }).locator('a.row-a').count()) return href;
    await page.goBack();
  }
  throw new Error('no policy is assigned to a group');
}
