// The whole wizard without a mouse: every control is reached by Tab, and nothing is focused by the test itself.
import { CONTOSO, OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const COLLECTION = 'deviceManagement/configurationPolicies';
const SET = 'Before a keyboard is enough';
const as = ['--as', OWNER.email];
/** More controls than a page has. */
const TABS = 400;

async function objects(site, collection) {
  const answer = await fetch(`${site.simulator.value}/_sim/objects?collection=${encodeURIComponent(collection)}`);
  return answer.json();
}

/** Presses Tab until that control has the focus. */
async function tabTo(page, control) {
  await expect(control).toBeVisible();
  const wanted = await control.elementHandle();
  for (let tab = 0; tab < TABS; tab += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${control}`);
}

async function press(page, control, key = 'Enter') {
  await tabTo(page, control);
  await page.keyboard.press(key);
}

/** Starts the preview and waits for its plan. */
async function preview(page) {
  await press(page, page.getByRole('button', { name: 'Start preview' }));
  await expect(page.getByRole('heading', { level: 2, name: /^Plan [0-9a-f]{8}/ })).toBeVisible({ timeout: 60_000 });
}

/** Says what the gates want, and waits for the end of the run. */
async function confirm(page, items, outcome) {
  await press(page, page.getByRole('link', { name: 'Continue to confirm' }));
  await press(page, page.getByRole('checkbox', { name: /^I have reviewed the impact/ }), 'Space');
  await tabTo(page, page.getByLabel(/^Type the tenant’s name/));
  await page.keyboard.type(CONTOSO.displayName);
  await tabTo(page, page.getByLabel('Reason'));
  await page.keyboard.type('Undo the change of last night');
  await press(page, page.getByRole('button', { name: `Restore ${items} to Contoso` }));
  await expect(page.locator('#run-summary')).toContainText(outcome, { timeout: 60_000 });
}

const title = (page, name) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

test('a restore from its source to the way back, by keyboard alone', async ({ page, site }) => {
  test.setTimeout(300_000);
  await site.command(['sync', 'Contoso', '--groups', '--whole', ...as]);
  await site.command(['sync', 'Contoso', '--type', 'settingsCatalog', ...as]);
  await site.command(['backup', 'create', 'Contoso', '--name', SET, ...as], { codes: [3] });
  const target = (policy) => policy.assignments?.map((one) => one.target?.groupId).find(Boolean);
  const policies = await objects(site, COLLECTION);
  const names = policies.map((policy) => policy.name);
  const alone = (policy) => names.indexOf(policy.name) === names.lastIndexOf(policy.name);
  const policy = policies.find((one) => target(one) && alone(one));
  const other = policies.find((one) => !target(one) && alone(one) && one.id !== policy.id);
  const changed = (one, description) => site.simulate('change', { collection: COLLECTION, id: one.id, set: { description } });
  const now = async (one) => (await objects(site, COLLECTION)).find((each) => each.id === one.id);
  await changed(policy, 'Changed by somebody else');
  await changed(other, 'Changed by somebody else, too');
  await site.simulate('change', { collection: 'groups', id: target(policy), remove: true });
  await site.command(['sync', 'Contoso', '--groups', '--whole', ...as]);
  await signIn(page, site, OWNER);

  await test.step('source', async () => {
    await press(page, page.getByLabel('Main').getByRole('link', { name: 'Backups', exact: true }));
    await press(page, page.getByRole('link', { name: SET }));
    await press(page, page.getByRole('link', { name: 'Restore…' }));
    await press(page, page.getByRole('button', { name: /^Restore here/ }));
  });

  await test.step('scope', async () => {
    await title(page, /^Restore \d+ items to Contoso$/);
    await tabTo(page, page.getByRole('searchbox', { name: 'Find an object by name' }));
    await page.keyboard.type(policy.name);
    await expect(page.getByRole('checkbox', { name: /^Restore / })).toHaveCount(1);
    await press(page, page.getByRole('checkbox', { name: /^Assignments/ }), 'Space');
    await press(page, page.getByRole('button', { name: 'Only the ticked ones of this page' }));
    await title(page, 'Restore 1 item to Contoso');
    const search = page.getByRole('searchbox', { name: 'Find an object by name' });
    await tabTo(page, search);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(other.name);
    await expect(search).toHaveValue(other.name);
    await press(page, page.getByRole('checkbox', { name: `Restore ${other.name}`, exact: true }), 'Space');
    await press(page, page.getByRole('button', { name: 'Continue with checks' }));
    await title(page, 'Restore 2 items to Contoso');
  });

  await test.step('checks: the group that is gone is left out', async () => {
    await expect(page.getByRole('table', { name: /^What they name/ })).toContainText('restore.reference_gone');
    await tabTo(page, page.getByRole('combobox', { name: /^Answer for/ }).first());
    await page.keyboard.type('Leave');
    await press(page, page.getByRole('button', { name: 'Save and continue with the preview' }));
  });

  await test.step('preview', async () => {
    await preview(page);
    await press(page, page.getByRole('link', { name: `Difference of ${policy.name}` }));
    await expect(page.getByRole('main')).toContainText('Needs the permission DeviceManagementConfiguration.ReadWrite.All');
    await expect(page.getByRole('complementary')).toContainText('Permissions granted');
  });

  await test.step('confirm: somebody was faster with one of them', async () => {
    await changed(other, 'Changed again, after the preview');
    await confirm(page, '2 items', 'Partially succeeded');
    await expect(page.getByRole('main')).toContainText('restore.conflict');
    expect((await now(policy)).description).toBe(policy.description);
    expect(JSON.stringify((await now(policy)).assignments)).not.toContain(target(policy));
    expect((await now(other)).description).toBe('Changed again, after the preview');
  });

  const run = page.url();
  await test.step('the failed one is restored again', async () => {
    await press(page, page.getByRole('button', { name: 'Restore 1 failed item again' }));
    await title(page, 'Restore 1 item to Contoso');
    await press(page, page.getByRole('link', { name: /^Preview/ }));
    await preview(page);
    await confirm(page, '1 item', 'Succeeded');
    expect((await now(other)).description).toBe(other.description);
  });

  await test.step('the other one is taken back', async () => {
    await page.goto(run);
    await press(page, page.getByRole('button', { name: 'Undo this restore' }));
    await title(page, 'Undo 1 item in Contoso');
    await press(page, page.getByRole('link', { name: /^Preview/ }));
    await preview(page);
    await confirm(page, '1 item', 'Succeeded');
    expect((await now(policy)).description).toBe('Changed by somebody else');
  });
});
