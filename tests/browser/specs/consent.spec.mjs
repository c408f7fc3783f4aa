// Consent and sign-in at Microsoft: the pages of the simulated sign-in service are real ones, at another origin.
import { CONTOSO, OWNER, Site } from '../support/site.mjs';
import { lookAt } from '../support/look.mjs';
import { expect, signIn, test } from '../support/test.mjs';

/** A server with one tenant that has not let the application in. */
const unconsented = test.extend({
  refusals: true,
  office: [async ({}, use) => {
    const site = await Site.prepare();
    const as = ['--as', OWNER.email];
    await site.command(['user', 'add', OWNER.email, '--name', OWNER.name], { input: `${OWNER.password}\n` });
    const tenant = ['tenant', 'add', '--name', CONTOSO.displayName, '--directory-id', CONTOSO.tenantId, '--domain', CONTOSO.primaryDomain];
    await site.command([...tenant, '--cloud', 'simulator', '--client-id', CONTOSO.clientId, ...as], { input: `${CONTOSO.clientSecret}\n` });
    await site.serve();
    await site.simulate('redirect', { address: `${site.url}/connection/callback` });
    await site.simulate('consent', { given: false });
    await use(site);
    await site.stop();
  }, { scope: 'worker', timeout: 90_000 }],
});

async function openConnection(page, site) {
  await page.goto(site.url);
  await page.getByRole('link', { name: 'Connection' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Connection' })).toBeVisible();
}

unconsented('an administrator refuses, then consents, and a check proves it', async ({ page, office }) => {
  await signIn(page, office, OWNER);
  await openConnection(page, office);
  await expect(page.getByText(`${office.url}/connection/callback`)).toBeVisible();
  await lookAt(page, 'connection-unconsented');
  await page.getByRole('button', { name: 'Give admin consent' }).click();
  await expect(page.getByRole('heading', { name: 'Permissions requested' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('consent.refused')).toBeVisible();
  await lookAt(page, 'consent-refused');
  await openConnection(page, office);
  await page.getByRole('button', { name: 'Give admin consent' }).click();
  await page.getByRole('button', { name: 'Accept' }).click();
  await expect(page).toHaveURL(/\/operations\/run_/);
  await expect(page.getByText('Succeeded').first()).toBeVisible({ timeout: 30_000 });
});

unconsented('a person signs in at Microsoft, searches a group and signs out', async ({ page, office }) => {
  await office.simulate('consent', { given: true });
  await signIn(page, office, OWNER);
  await openConnection(page, office);
  await expect(page.getByLabel('Group name')).toBeDisabled();
  await page.getByRole('button', { name: 'Sign in at Microsoft' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Signed in at Microsoft', { exact: true })).toBeVisible();
  await expect(page.getByText(`admin@${CONTOSO.primaryDomain}`)).toBeVisible();
  const [group] = await (await fetch(`${office.simulator.value}/_sim/objects?collection=groups`)).json();
  await page.getByLabel('Group name').fill(group.displayName.toLowerCase());
  await page.getByRole('button', { name: 'Search group' }).click();
  await expect(page.locator('#found')).toContainText(group.id);
  await page.evaluate(() => scrollTo(0, 0));
  await lookAt(page, 'connection-signed-in');
  await page.goto(`${office.url}/account`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await signIn(page, office, OWNER);
  await openConnection(page, office);
  await expect(page.getByText('Not signed in')).toBeVisible();
});
