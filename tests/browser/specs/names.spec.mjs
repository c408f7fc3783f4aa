// Settings in the tenant's own words, and what depends on what.
import { lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const BOX = 'Find by name or setting';
const NAME = 'Require Device Encryption';

test('a policy says what it sets by name, is found by it, and shows ids on demand', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  await page.getByLabel(BOX).fill(`"${NAME}"`);
  await expect(page.locator('#inventory .why', { hasText: NAME }).first()).toBeVisible();
  await page.locator('#inventory tbody tr').first().locator('a.row-a').click();
  const settings = page.getByRole('region', { name: /^Settings/ });
  await expect(settings.getByRole('heading', { name: 'BitLocker' })).toBeVisible();
  const setting = settings.locator('.set > div', { hasText: NAME }).first();
  await expect(setting.locator('dd')).toHaveText(/^(Enabled|Disabled)$/);
  await expect(settings).not.toContainText('device_vendor_msft');
  await lookAt(page, 'object-settings');
  await settings.getByRole('link', { name: 'Show ids' }).click();
  await expect(settings).toContainText('device_vendor_msft_bitlocker_requiredeviceencryption');
  await lookAt(page, 'object-settings-ids');
  await settings.getByRole('link', { name: 'Hide ids' }).click();
  await expect(settings).not.toContainText('device_vendor_msft');
});

test('what depends on what is shown over the tenant and from one object', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  await page.getByRole('link', { name: 'Dependencies' }).click();
  await expect(page.getByRole('heading', { name: 'Dependencies', level: 1 })).toBeVisible();
  await lookAt(page, 'dependencies');
  const types = page.getByRole('navigation', { name: 'By type' });
  await types.getByRole('link', { name: /^Assignment filters/ }).click();
  const first = page.locator('tbody tr').first().locator('a.row-a');
  await first.click();
  const users = page.getByRole('region', { name: /^Used by/ });
  await expect(users.locator('.dep > li').first()).toBeVisible();
  await page.getByRole('navigation', { name: 'Levels' }).getByRole('link', { name: '1 level', exact: true }).click();
  await expect(page).toHaveURL(/depth=1/);
  await lookAt(page, 'dependencies-object');
  await page.getByRole('link', { name: 'Open the object' }).click();
  await page.getByRole('link', { name: 'Show all dependencies' }).click();
  await expect(page.getByRole('region', { name: /^Used by/ })).toBeVisible();
  await page.getByRole('link', { name: 'Dependencies', exact: true }).click();
  await page.getByRole('link', { name: 'Used by nothing' }).click();
  await lookAt(page, 'dependencies-unused');
  await page.getByRole('link', { name: 'Broken', exact: true }).click();
  await lookAt(page, 'dependencies-broken');
});

test('the command line says the same', async ({ site }) => {
  const as = ['--as', OWNER.email];
  const used = JSON.parse(await site.command(['--json', 'dependencies', 'Contoso', '--kind', 'assignmentFilters', ...as]));
  expect(Number(used[0].used_by)).toBeGreaterThan(0);
  const tree = JSON.parse(await site.command(['--json', 'dependencies', 'Contoso', '--of', used[0].object, ...as]));
  expect(tree.some((row) => row.direction === 'used by' && row.depth === '1')).toBe(true);
});
