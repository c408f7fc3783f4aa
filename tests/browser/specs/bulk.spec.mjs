// Many at once: policies selected and captured, operations cancelled by a filter; and what is in progress, on every page.
import { lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const as = ['--as', OWNER.email];

test('policies are selected by mouse and by keyboard and captured as one operation', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  const boxes = page.locator('#inventory tbody input[name=policy]');
  const bar = page.getByRole('form', { name: 'Selected policies' });
  await boxes.nth(2).check();
  await expect(bar).toContainText('1 selected');
  await page.locator('h1').click();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(boxes.nth(0)).toBeChecked();
  await expect(bar).toContainText('2 selected');
  await lookAt(page, 'inventory-selected');
  await page.getByRole('button', { name: 'Capture selected' }).click();
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Capture snapshots, 2 policies');
  await expect(page.locator('#run-summary')).toContainText('Succeeded');
  await page.reload();
  await expect(page.locator('#items tbody tr')).toHaveCount(2);
  await page.goBack();
  await page.getByRole('button', { name: /^Select \d+ policies on this page$/ }).click();
  const all = await boxes.count();
  await expect(bar).toContainText(`${all} selected`);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(bar).toContainText('Select policies to capture them');
  await page.getByRole('button', { name: /^Type/ }).click();
  await page.getByRole('checkbox', { name: /^Scope tag/ }).check();
  await page.keyboard.press('Escape');
  await expect.poll(() => boxes.count()).toBeLessThan(all);
  const matching = await boxes.count();
  await page.getByRole('button', { name: new RegExp(`^Capture all ${matching} match`) }).click();
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Scope tag');
});

test('what is in progress is on every page, and is cancelled by a filter', async ({ page, site }) => {
  const resume = [await site.pause('inventory.sync'), await site.pause('directory_groups.sync')];
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Audit log', exact: true }).click();
  const progress = page.getByRole('button', { name: /^Operations in progress/ });
  await expect(progress).toHaveAccessibleName('Operations in progress, none');
  await site.command(['sync', 'Contoso', '--groups', '--detach', ...as]);
  const types = ['scopeTags', 'namedLocations', 'assignmentFilters', 'shellScripts', 'settingsCatalog', 'intents'];
  for (const type of types) await site.command(['sync', 'Contoso', '--type', type, '--detach', ...as]);
  await expect(progress, 'live, on a page without a list of operations').toHaveAccessibleName('Operations in progress, 7');
  await progress.press('Enter');
  await expect(page.locator('#active-cards li')).toHaveCount(5);
  await lookAt(page, 'progress-panel');
  await page.getByRole('link', { name: '+2 more' }).click();
  await expect(page.locator('#ops tbody tr'), 'exactly these rows').toHaveCount(7);
  await page.getByRole('button', { name: 'Cancel all 7' }).click();
  await expect(page.getByRole('dialog', { name: 'Cancel 7 active operations?' })).toBeVisible();
  await lookAt(page, 'operations-cancel-many');
  await page.getByRole('button', { name: 'Keep them' }).click();
  await page.getByRole('button', { name: 'Cancel all 7' }).press('Enter');
  await page.getByRole('button', { name: 'Cancel 7 active operations' }).click();
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.locator('#run-summary')).toContainText('Succeeded');
  await expect(progress).toHaveAccessibleName('Operations in progress, none');
  await page.reload();
  await expect(page.locator('#items tbody tr')).toHaveCount(7);
  await lookAt(page, 'run-cancel-many');
  // Whoever comes next works on the same tenant.
  for (const each of resume) await each();
});
