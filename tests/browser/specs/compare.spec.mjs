// Two contents of an object side by side: what a change changed, in words and as JSON.
import { lookAt } from '../support/look.mjs';
import { CONTOSO, OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const AS = ['--as', OWNER.email];
const TEXT = 'Described anew for the comparison';

/** A policy of the catalog that somebody changes in the portal, and that is then read again. */
async function changed(site) {
  const [policy] = JSON.parse(await site.command(['--json', 'inventory', 'Contoso', '--type', 'settingsCatalog', '--limit', '1', ...AS]));
  const id = policy.policy.split('/')[1];
  const assignments = [{ id: 'made', target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }];
  const set = { description: TEXT, assignments };
  await site.simulate('change', { tenant: CONTOSO.tenantId, collection: 'deviceManagement/configurationPolicies', id, set });
  await site.command(['sync', 'Contoso', '--type', 'settingsCatalog', ...AS]);
  return policy;
}

test('a change is told setting by setting, and as JSON', async ({ page, site }) => {
  const policy = await changed(site);
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Inventory', exact: true }).click();
  await page.getByLabel('Find by name or setting').fill(policy.name);
  await page.getByLabel('Find by name or setting').press('Enter');
  await expect(page).toHaveURL(/[?&]q=/);
  await page.locator('#inventory tbody tr', { hasText: policy.name }).first().locator('a.row-a').click();
  await page.getByRole('link', { name: 'Compare with previous' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Compare / })).toBeVisible();
  const table = page.getByRole('table', { name: /^Differences of / });
  await expect(table.locator('ins', { hasText: TEXT })).toBeVisible();
  await expect(table.getByRole('rowheader', { name: /^Assignments/ })).toBeVisible();
  await lookAt(page, 'compare');
  await page.getByRole('link', { name: 'JSON', exact: true }).click();
  await expect(page.locator('.dtext ins', { hasText: TEXT })).toBeVisible();
  await lookAt(page, 'compare-json');
  await page.getByRole('link', { name: 'Differences', exact: true }).click();
  await page.getByLabel('From', { exact: true }).selectOption({ label: 'Observed last' });
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByText('Both are the same version')).toBeVisible();
});

test('the command line tells the same change', async ({ site }) => {
  const policy = await changed(site);
  const told = JSON.parse(await site.command(['--json', 'diff', 'Contoso', policy.policy, ...AS]));
  expect(told.equal).toBe(false);
  expect(told.lines.some((line) => line.new === TEXT)).toBe(true);
});
