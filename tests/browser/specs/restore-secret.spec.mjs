// A secret that no version has: asked for by the plan, entered once, shown to nobody, and sent.
import { OWNER } from '../support/site.mjs';
import { lookAt } from '../support/look.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const COLLECTION = 'deviceManagement/deviceConfigurations';
const KEY = 'quiet-lantern-of-the-harbour';
const as = ['--as', OWNER.email];

test.describe('a secret', () => {
  test.use({ refusals: true });

  test('is entered for a Wi-Fi profile that is made again', async ({ page, site }) => {
    test.setTimeout(300_000);
    await site.command(['sync', 'Contoso', '--type', 'deviceConfigurations', ...as]);
    const answer = await fetch(`${site.simulator.value}/_sim/objects?collection=${encodeURIComponent(COLLECTION)}`);
    const wifi = (await answer.json()).find((object) => 'preSharedKey' in object);
    const object = `deviceConfigurations/${wifi.id}`;
    const planned = await site.command(['restore', 'plan', 'Contoso', '--object', object, '--map', `${object}=new`, ...as]);
    const restore = /rst_[0-9a-z]{26}/.exec(planned)[0];
    await signIn(page, site, OWNER);
    await page.getByLabel('Main').getByRole('link', { name: 'Restore', exact: true }).click();
    await page.locator(`a[href$="/restores/${restore}/preview"]`).first().click();

    await test.step('the plan says what is missing and leads to it', async () => {
      await expect(page.getByText('Not in the source, so that it is made without: Pre shared key')).toBeVisible();
      await expect(page.getByText('1 secret is missing')).toBeVisible();
      await lookAt(page, 'restore-secret-missing');
      await page.getByRole('link', { name: /^Enter the secret/ }).click();
    });

    const field = page.getByLabel(`Pre shared key of ${wifi.displayName}`, { exact: true });
    await test.step('asterisks are refused, the value is taken', async () => {
      await field.fill('****');
      await page.getByRole('button', { name: 'Save secrets' }).click();
      await expect(page.getByText('restore.secret_masked')).toBeVisible();
      await expect(field).toHaveValue('');
      await field.fill(KEY);
      await lookAt(page, 'restore-secret');
      await field.press('Enter');
      await expect(page.getByRole('status').getByText('Secrets saved')).toBeVisible();
      await expect(field).toHaveValue('');
      await expect(page.getByText('All secrets are entered')).toBeVisible();
      await lookAt(page, 'restore-secret-entered');
      expect(await page.content()).not.toContain(KEY);
    });

    await test.step('the plan names it and does not hold it', async () => {
      await page.getByRole('link', { name: /^Preview/ }).click();
      await page.getByRole('button', { name: 'Preview again' }).click();
      await expect(page.getByText('1 secret entered')).toBeVisible({ timeout: 60_000 });
      await expect(page.getByRole('list', { name: 'Steps' })).not.toContainText('is out of date');
      await page.getByRole('link', { name: `Difference of ${wifi.displayName}` }).click();
      await page.getByText(/^Show the \d+ requests?/).click();
      await expect(page.getByText('the secret that was entered')).toBeVisible();
      expect(await page.content()).not.toContain(KEY);
      await lookAt(page, 'restore-secret-plan');
      await page.getByRole('link', { name: 'Continue to confirm' }).click();
    });

    await test.step('it is sent', async () => {
      await page.getByRole('checkbox', { name: /^I have reviewed the impact/ }).check();
      await page.getByLabel(/^Type the tenant’s name/).fill('Contoso');
      await page.getByLabel('Reason').fill('The profile was deleted');
      await page.getByRole('button', { name: /^Restore 1 item to Contoso$/ }).click();
      await expect(page.locator('#run-summary')).toContainText('Succeeded', { timeout: 60_000 });
    });
  });
});
