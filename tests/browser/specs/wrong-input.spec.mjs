// What a wrong input gets: the page again, the field named, what to do, and nothing that was secret.
import { CONTOSO, OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

test.use({ refusals: true });

test('a wrong password and an unknown address get the same answer', async ({ page, site }) => {
  const answers = [];
  for (const email of [OWNER.email, 'nobody@meridian.example']) {
    await page.goto(`${site.url}/sign-in`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('not the password');
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await answer).status()).toBe(401);
    answers.push(await page.getByRole('alert').innerText());
    await expect(page.getByLabel('E-mail address')).toHaveValue(email);
    await expect(page.getByLabel('Password')).toHaveValue('');
  }
  expect(answers[0]).toBe(answers[1]);
});

test('after signing in one is where one wanted to go, and never outside', async ({ page, site }) => {
  await page.goto(`${site.url}/account`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${site.url}/account`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  // Leaving the page earlier would take the request back.
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(`${site.url}/sign-in?next=//attacker.example/`);
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(new RegExp(`^${site.url}/t/`));
});

const RIGHT = {
  display_name: 'Fabrikam',
  directory_id: 'b4a0e6f2-1111-4c3d-9e8f-7a6b5c4d3e2f',
  primary_domain: 'fabrikam.example',
  client_id: 'b4a0e6f2-2222-4c3d-9e8f-7a6b5c4d3e2f',
  secret: 'a secret that is never shown',
};
const WRONG = [
  ['display_name', ' ', /needs 1 to 120 characters/],
  ['directory_id', 'fabrikam', /is not a GUID/],
  ['directory_id', CONTOSO.tenantId, /already/i],
  ['primary_domain', 'fabrikam', /not a domain name/],
  ['client_id', 'my app', /is not a GUID/],
  ['secret', RIGHT.client_id, /not its value/],
];

test('each wrong field of a new tenant is named, keeps what was typed, and the secret is not sent back', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  for (const [field, value, words] of WRONG) {
    await test.step(`${field} ${value}`, async () => {
      await page.goto(`${site.url}/tenants/new`);
      for (const [name, right] of Object.entries(RIGHT)) await page.locator(`#${name}`).fill(name === field ? value : right);
      await page.locator('#cloud').selectOption('simulator');
      await page.getByRole('button', { name: 'Add tenant' }).click();
      await expect(page.locator(`#${field}`)).toHaveAttribute('aria-invalid', 'true');
      await expect(page.locator(`#${field}-error`)).toHaveText(words);
      await expect(page.locator(`#${field}`)).toHaveAttribute('aria-describedby', new RegExp(`${field}-error`));
      await expect(page.locator('[aria-invalid=true]')).toHaveCount(1);
      await page.getByRole('group', { name: '1 field needs a change' }).getByRole('link').click();
      await expect(page.locator(`#${field}`)).toBeFocused();
      if (field !== 'display_name') await expect(page.locator('#display_name')).toHaveValue(RIGHT.display_name);
      expect(await page.content()).not.toContain(RIGHT.secret);
    });
  }
});

test('wrong passwords and zones of the account are named', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  const change = async (old, fresh, repeat) => {
    await page.goto(`${site.url}/account`);
    await page.locator('#old').fill(old);
    await page.locator('#new').fill(fresh);
    await page.locator('#repeat').fill(repeat);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  await change('wrong', 'another quiet harbour 9', 'another quiet harbour 9');
  await expect(page.locator('#old-error')).toContainText('not right');
  await change(OWNER.password, 'short', 'short');
  await expect(page.locator('#new-error')).toBeVisible();
  await change(OWNER.password, 'another quiet harbour 9', 'another quiet harbour 8');
  await expect(page.locator('#new-error')).toContainText('not the same');
  await page.locator('#zone').fill('Middle/Earth');
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.locator('#zone-error')).toContainText('does not know that time zone');
  await page.locator('#zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.getByText('Preferences saved')).toBeVisible();
  await expect(page.locator('#zone')).toHaveValue('Europe/Berlin');
});

test('what does not exist is one page, for a foreign tenant as for a wrong address', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  const bodies = [];
  for (const path of ['/t/ten_00000000000000000000000000/operations', '/t/nonsense/inventory', '/no-such-page']) {
    const answer = await page.goto(`${site.url}${path}`);
    expect(answer.status(), path).toBe(404);
    bodies.push(await page.getByRole('main').innerText());
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found');
  }
  expect(bodies[0]).toBe(bodies[1]);
  await page.getByRole('link', { name: 'Go to your tenants' }).click();
  await expect(page).toHaveURL(/\/tenants$/);
});
