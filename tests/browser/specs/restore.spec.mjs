// A restore from its source to its run: by mouse, by keyboard, with a question, a conflict, a second try and the way back.
import { lookAt } from '../support/look.mjs';
import { CONTOSO, OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const COLLECTION = 'deviceManagement/configurationPolicies';
const as = ['--as', OWNER.email];
/** Made here: what other tests have changed since the site was furnished is in it. */
const SET = 'Before the change of last night';

/** Everything of a collection, as the simulated tenant holds it. */
async function objects(site, collection) {
  const answer = await fetch(`${site.simulator.value}/_sim/objects?collection=${encodeURIComponent(collection)}`);
  return answer.json();
}

async function described(site, policy, description) {
  await site.simulate('change', { collection: COLLECTION, id: policy.id, set: { description } });
}

/** A draft of the set, at its second step. */
async function begun(page) {
  await page.getByLabel('Main').getByRole('link', { name: 'Backups', exact: true }).click();
  await page.getByRole('link', { name: SET }).click();
  await page.getByRole('link', { name: 'Restore…' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Begin a restore' })).toBeVisible();
}

/** The plan, once the preview has made it. */
async function previewed(page) {
  await page.getByRole('button', { name: /^(Start preview|Preview again)$/ }).click();
  await expect(page.getByRole('heading', { level: 2, name: /^Plan [0-9a-f]{8}/ })).toBeVisible({ timeout: 60_000 });
}

async function confirmed(page) {
  await page.getByRole('link', { name: 'Continue to confirm' }).click();
  await page.getByRole('checkbox', { name: /^I have reviewed the impact/ }).check();
  await page.getByLabel(/^Type the tenant’s name/).fill(CONTOSO.displayName);
  await page.getByLabel('Reason').fill('Undo the change of last night');
  await page.getByRole('button', { name: /^Restore \d+ items? to Contoso$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Restore, / })).toBeVisible();
}

test.describe('a restore', () => {
  test.use({ refusals: true });

  test.beforeAll(async ({ site }) => {
    await site.command(['sync', 'Contoso', '--type', 'settingsCatalog', ...as]);
    await site.command(['backup', 'create', 'Contoso', '--name', SET, ...as], { codes: [3] });
  });

  test('from a set to the tenant, with a conflict, its second try and the way back', async ({ page, site }) => {
    test.setTimeout(300_000);
    const policies = await objects(site, COLLECTION);
    const names = policies.map((policy) => policy.name);
    const [first, second] = policies.filter((policy) => names.indexOf(policy.name) === names.lastIndexOf(policy.name));
    await described(site, first, 'Changed last night');
    await described(site, second, 'Changed last night, too');
    await signIn(page, site, OWNER);
    const restores = page.getByRole('table', { name: 'Restores, newest first' }).locator('tbody tr');
    await page.getByLabel('Main').getByRole('link', { name: 'Restore', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Restore', exact: true })).toBeVisible();
    const before = await restores.count();

    await test.step('the source is a set, the target is chosen', async () => {
      await begun(page);
      await lookAt(page, 'restore-begin');
      await page.getByRole('button', { name: /^Restore here/ }).click();
      await expect(page.getByRole('heading', { level: 1, name: /^Restore \d+ items to Contoso$/ })).toBeVisible();
    });

    await test.step('just two objects are taken, and their settings only', async () => {
      await lookAt(page, 'restore-scope');
      await expect(page.getByRole('checkbox', { name: /^Assignments/ })).not.toBeChecked();
      const scope = page.url().split('?')[0];
      await page.goto(`${scope}?q=${encodeURIComponent(first.name)}`);
      await page.getByRole('button', { name: 'Only the ticked ones of this page' }).click();
      await expect(page.getByRole('status').getByText('Scope saved')).toBeVisible();
      await page.goto(`${scope}?q=${encodeURIComponent(second.name)}`);
      await page.getByRole('checkbox', { name: `Restore ${second.name}`, exact: true }).check();
      await page.getByRole('button', { name: 'Continue with checks' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Restore 2 items to Contoso' })).toBeVisible();
    });

    await test.step('the checks say how old names are', async () => {
      await expect(page.getByRole('main')).toContainText('Names come from the last group sync');
      await expect(page.getByRole('complementary', { name: 'Checks' })).toContainText('Inventory is');
      await lookAt(page, 'restore-checks');
      await page.getByRole('link', { name: 'Continue with the preview' }).click();
    });

    await test.step('the plan shows what differs and what would be sent', async () => {
      await lookAt(page, 'restore-preview-none');
      await previewed(page);
      await page.getByRole('link', { name: `Difference of ${first.name}` }).click();
      await expect(page.getByRole('table', { name: `Difference of ${first.name}` })).toContainText('Changed last night');
      await page.getByText(/^Show the 1 request/).click();
      await expect(page.getByRole('main')).toContainText(`${COLLECTION}('${first.id}')`.slice(0, 20));
      await lookAt(page, 'restore-plan');
      const file = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download plan' }).click();
      expect((await file).suggestedFilename()).toMatch(/^rst_.*-plan\.json$/);
      await page.getByRole('link', { name: 'Printable page' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Restore plan for Contoso' })).toBeVisible();
      await lookAt(page, 'restore-print');
      await page.getByRole('link', { name: 'Back to the plan' }).click();
    });

    // Somebody is faster.
    await described(site, second, 'Changed again, after the preview');

    await test.step('nothing passes but the right words', async () => {
      await page.getByRole('link', { name: 'Continue to confirm' }).click();
      await lookAt(page, 'restore-confirm');
      await page.getByRole('checkbox', { name: /^I have reviewed the impact/ }).check();
      await page.getByLabel(/^Type the tenant’s name/).fill('contoso');
      await page.getByLabel('Reason').fill('Undo the change of last night');
      await page.getByRole('button', { name: 'Restore 2 items to Contoso' }).click();
      await expect(page.getByRole('main')).toContainText('The typed name is not the tenant’s'.replace('’', "'"));
      await lookAt(page, 'restore-confirm-wrong');
      await page.getByLabel(/^Type the tenant’s name/).fill('Contoso');
      await page.getByRole('button', { name: 'Restore 2 items to Contoso' }).click();
    });

    let run;
    await test.step('one is restored, the other is left to whoever was faster', async () => {
      await expect(page.locator('#run-summary')).toContainText('Partially succeeded', { timeout: 60_000 });
      run = page.url().split('?')[0];
      await page.goto(run);
      await expect(page.getByRole('table', { name: 'Items of this run' })).toContainText('restore.conflict');
      const now = await objects(site, COLLECTION);
      expect(now.find((policy) => policy.id === first.id).description).toBe(first.description);
      expect(now.find((policy) => policy.id === second.id).description).toBe('Changed again, after the preview');
      await lookAt(page, 'restore-run');
    });

    await test.step('the failed one is restored again', async () => {
      await page.getByRole('button', { name: 'Restore 1 failed item again' }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Restore 1 item to Contoso' })).toBeVisible();
      await page.getByRole('link', { name: /^Preview/ }).click();
      await previewed(page);
      await confirmed(page);
      await expect(page.locator('#run-summary')).toContainText('Succeeded', { timeout: 60_000 });
      expect((await objects(site, COLLECTION)).find((policy) => policy.id === second.id).description).toBe(second.description);
    });

    await test.step('the first one is taken back, by keyboard alone', async () => {
      await page.goto(run);
      await page.getByRole('button', { name: 'Undo this restore' }).press('Enter');
      await expect(page.getByRole('heading', { level: 1, name: 'Undo 1 item in Contoso' })).toBeVisible();
      await page.getByRole('link', { name: /^Preview/ }).press('Enter');
      await page.getByRole('button', { name: 'Start preview' }).press('Enter');
      await expect(page.getByRole('heading', { level: 2, name: /^Plan [0-9a-f]{8}/ })).toBeVisible({ timeout: 60_000 });
      await page.getByRole('link', { name: 'Continue to confirm' }).press('Enter');
      await page.getByRole('checkbox', { name: /^I have reviewed the impact/ }).press('Space');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Contoso');
      await page.keyboard.press('Tab');
      await page.keyboard.type('It was right as it was');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect(page.locator('#run-summary')).toContainText('Succeeded', { timeout: 60_000 });
      expect((await objects(site, COLLECTION)).find((policy) => policy.id === first.id).description).toBe('Changed last night');
    });

    await test.step('all of them are listed', async () => {
      await page.getByLabel('Main').getByRole('link', { name: 'Restore', exact: true }).click();
      await expect(restores).toHaveCount(before + 3);
      await lookAt(page, 'restores');
    });
  });

  test('a group that is gone is asked for, and answered', async ({ page, site }) => {
    test.setTimeout(180_000);
    const target = (policy) => policy.assignments?.map((one) => one.target?.groupId).find(Boolean);
    const policy = (await objects(site, COLLECTION)).find(target);
    await site.simulate('change', { collection: 'groups', id: target(policy), remove: true });
    await site.command(['sync', 'Contoso', '--groups', '--whole', ...as]);
    await signIn(page, site, OWNER);
    await begun(page);
    await page.getByRole('button', { name: /^Restore here/ }).click();
    const scope = page.url().split('?')[0];
    await page.goto(`${scope}?q=${encodeURIComponent(policy.name)}`);
    await page.getByRole('checkbox', { name: /^Assignments/ }).check();
    await page.getByRole('button', { name: 'Only the ticked ones of this page' }).click();
    await page.getByRole('link', { name: /^Checks/ }).click();
    const questions = page.getByRole('table', { name: /^What they name/ });
    await expect(questions).toContainText('restore.reference_gone');
    await lookAt(page, 'restore-checks-open');
    const another = questions.getByLabel(/^Or another/).first();
    await another.fill('No such group');
    await page.getByRole('button', { name: 'Save answers' }).click();
    await expect(page.getByRole('main')).toContainText('restore.unknown_object');
    await expect(another).toHaveValue('No such group');
    await lookAt(page, 'restore-checks-refused');
    const names = (await objects(site, 'groups')).map((group) => group.displayName);
    const name = names.find((one) => names.indexOf(one) === names.lastIndexOf(one));
    await another.fill('');
    await another.pressSequentially(name.slice(0, -1));
    await expect(questions.locator('datalist').first().locator('option').first()).toHaveAttribute('value', name);
    await another.fill(name);
    await page.getByRole('button', { name: 'Save answers' }).press('Enter');
    await expect(page.getByRole('status').getByText('Answers saved')).toBeVisible();
    await page.getByRole('link', { name: /not certain$/ }).click();
    await expect(page.getByRole('row').filter({ hasText: 'Chosen by you' })).toContainText(name);
    await lookAt(page, 'restore-checks-answered');
    await page.getByRole('combobox', { name: /^Answer for/ }).first().selectOption({ label: 'Leave it out' });
    await page.getByRole('button', { name: 'Save answers' }).click();
    await expect(page.getByRole('main')).toContainText('Left out');
  });
});
