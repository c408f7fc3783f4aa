// The operations list as a person uses it each day: views, filters, exports, the keyboard, and times in their zone.
import { readFile } from 'node:fs/promises';
import { lookAt } from '../support/look.mjs';
import { OWNER, READER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

// A name that is taken is tried once.
test.use({ refusals: true });

const main = (page) => page.getByRole('main');
const views = (page) => page.getByRole('navigation', { name: 'Saved views' });
const rows = (page) => page.locator('#ops tbody tr');

async function operations(page, site, person = OWNER) {
  await signIn(page, site, person);
  await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
  await expect(page.locator('.page-h h1')).toHaveText('Operations');
  const { origin, pathname } = new URL(page.url());
  return origin + pathname;
}

/** How many rows there are when the number of the facets is on the page. */
async function everything(page) {
  const all = Number(await page.locator('.facet-l b').first().innerText());
  await expect(rows(page)).toHaveCount(all);
  return all;
}

async function choose(page, filter, kind, name) {
  await page.getByRole('button', { name: filter }).click();
  await page.getByRole(kind, { name, exact: true }).check();
  await page.keyboard.press('Escape');
}

test('a view is saved, opens its rows, is updated, renamed, made the default, left and removed', async ({ page, site }) => {
  const path = await operations(page, site);
  await choose(page, /^Outcome/, 'checkbox', 'Succeeded');
  await expect(page).toHaveURL(/outcome=succeeded/);
  await views(page).getByRole('link', { name: 'Save and manage views' }).click();
  await expect(main(page)).toContainText('It will show: succeeded, last 30 days');
  await page.getByLabel('Name', { exact: true }).fill('Went well');
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(page.locator('.toast')).toContainText('View saved');
  await expect(views(page).getByRole('link', { name: 'Went well' })).toHaveAttribute('aria-current', 'true');
  const well = await rows(page).count();
  await lookAt(page, 'operations-view');

  await choose(page, /^Outcome/, 'checkbox', 'Partially succeeded');
  await expect(views(page)).toContainText('Not as “Went well” was saved.');
  await lookAt(page, 'operations-view-changed');
  await page.getByRole('button', { name: 'Update “Went well”' }).click();
  await expect(views(page)).not.toContainText('was saved.');
  expect(await rows(page).count()).toBeGreaterThan(well);

  await views(page).getByRole('link', { name: 'Save and manage views' }).click();
  await page.getByLabel('Name', { exact: true }).fill('went WELL');
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(page.getByText('There is a view “went WELL” already').first()).toBeVisible();
  await page.getByLabel('New name of Went well').fill('Ended');
  await page.getByRole('button', { name: 'Rename Went well' }).click();
  await expect(page.getByRole('table', { name: /Saved views/ })).toContainText('Ended');
  await page.getByLabel('For you').selectOption({ label: 'Ended' });
  await page.getByRole('button', { name: 'Save for you' }).click();
  await lookAt(page, 'views');

  await page.goto(path);
  await expect(views(page)).toContainText('Opened with your default view.');
  await lookAt(page, 'operations-default');
  await views(page).getByRole('link', { name: 'Show all operations' }).click();
  await expect(views(page)).not.toContainText('Opened with');
  await page.locator('.facet-l a').first().click();
  await expect(views(page).getByRole('link', { name: 'All operations', exact: true })).toHaveAttribute('aria-current', 'true');

  await page.goto(`${path}/views`);
  await page.getByRole('button', { name: 'Remove Ended' }).click();
  await page.getByRole('button', { name: 'Remove view' }).click();
  await expect(page.getByText('No view yet')).toBeVisible();
});

test('every filter is in the row, and what it leaves is what the number says', async ({ page, site }) => {
  await operations(page, site);
  const total = page.locator('.pager p');
  await choose(page, /^Item code/, 'radio', 'graph.permission_denied');
  await expect(page).toHaveURL(/code=graph.permission_denied/);
  await expect(total).toContainText(`${await rows(page).count()} of `);
  await page.reload();
  await expect(page.getByRole('button', { name: /^Item code/ })).toContainText('graph.permission_denied');
  await choose(page, /^Item code/, 'radio', 'Any');
  await expect(page).not.toHaveURL(/code=graph/);
  const all = await everything(page);
  await choose(page, /^Started by/, 'radio', 'Schedules and the system');
  await expect(page.getByText('No operation matches')).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect.poll(() => rows(page).count()).toBe(all);
  await choose(page, /^Type/, 'checkbox', 'Sync inventory');
  await choose(page, /^Type/, 'checkbox', 'All but the chosen ones');
  await expect(page).toHaveURL(/types=but/);
  await expect.poll(() => rows(page).count()).toBeLessThan(all);
  await expect(main(page).locator('#ops tbody')).not.toContainText('Sync inventory');
});

test('the list is exported as it is filtered, at once and as a file of a run', async ({ page, site, browser }) => {
  const path = await operations(page, site);
  await choose(page, /^Outcome/, 'checkbox', 'Partially succeeded');
  await expect(page).toHaveURL(/outcome=partially_succeeded/);
  const shown = await rows(page).count();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.locator('#export')).toContainText(`${shown} operation`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^CSV/ }).click()]);
  expect(download.suggestedFilename()).toMatch(/^operations-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await download.path(), 'utf8');
  expect(text.startsWith('\ufeffid,type,label')).toBe(true);
  expect(text.trim().split('\r\n')).toHaveLength(shown + 1);

  const csrf = (await (await page.request.get(`${site.url}/api/v1/session`)).json()).csrf;
  const api = path.replace('/t/', '/api/v1/tenants/').replace('/operations', '/runs/export');
  const started = await (await page.request.post(api, { headers: { 'x-csrf-token': csrf }, data: { format: 'json' } })).json();
  await page.goto(`${path}/${started.run}`);
  await expect(page.locator('#run-summary')).toContainText('Succeeded');
  const link = page.getByRole('link', { name: 'Download the file' });
  await expect(link).toBeVisible();
  await lookAt(page, 'run-export');
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const list = JSON.parse(await readFile(await file.path(), 'utf8'));
  expect(list.length).toBeGreaterThanOrEqual(shown);
  expect(Object.keys(list[0])).toContain('created_at');

  await page.goto(`${path.replace('/operations', '/members')}`);
  await page.getByLabel('E-mail address').fill(READER.email);
  await page.locator('#role').selectOption('readonly');
  await page.getByRole('button', { name: 'Add member' }).click();
  await expect(page.getByText('Member saved')).toBeVisible();
  const context = await browser.newContext({ baseURL: site.url });
  const reader = await context.newPage();
  await operations(reader, site, READER);
  const off = reader.getByRole('button', { name: 'Export', exact: true });
  await expect(off).toHaveAttribute('aria-disabled', 'true');
  await expect(reader.locator(`#${await off.getAttribute('aria-describedby')}`)).toContainText('manager');
  await lookAt(reader, 'operations-reader');
  await context.close();
});

test('each key of the list does on the operations page what the list says', async ({ page, site }) => {
  const path = await operations(page, site);
  await page.keyboard.press('?');
  const list = page.locator('#keys');
  await expect(list).toBeVisible();
  const said = await list.locator('.kbd-l > div').evaluateAll((lines) =>
    lines.map((line) => [[...line.querySelectorAll('kbd')].map((key) => key.textContent).join(' '), line.querySelector('dd').textContent]));
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  const row = page.locator('#ops tbody tr a.row-a');
  const does = {
    '/': () => expect(page.locator('#q')).toBeFocused(),
    '?': () => expect(list).toBeVisible(),
    'j k': async () => {
      await expect(row.nth(0)).toBeFocused();
      await page.keyboard.press('j');
      await expect(row.nth(1)).toBeFocused();
      await page.keyboard.press('k');
      await expect(row.nth(0)).toBeFocused();
    },
    Enter: () => expect(page).toHaveURL(/operations\/run_/),
    f: () => expect(page.locator('#ops-q')).toBeFocused(),
    p: () => expect(page.locator('[data-live]').first()).toHaveText('Paused'),
    // There is nothing to select here: bulk.spec selects policies with it.
    x: () => expect(page.locator('.page-h h1')).toHaveText('Operations'),
    Esc: () => expect(page.locator('#q')).not.toBeFocused(),
    'g t': () => expect(page.locator('#tenant-q')).toBeFocused(),
    'g p': () => expect(page.locator('.page-h h1')).toHaveText('Tenants'),
  };
  for (const [keys, words] of said) {
    await page.goto(path);
    await expect(page.locator('[data-live]').first()).toHaveText('Live');
    const each = keys.split(' ');
    if (keys === 'j k' || keys === 'Enter') await page.keyboard.press('j');
    if (keys === 'Esc') await page.keyboard.press('/');
    if (keys !== 'j k') for (const key of each) await page.keyboard.press(key === 'Esc' ? 'Escape' : key);
    const proof = does[keys] ?? (() => expect(page.locator('.page-h h1')).toHaveText(words));
    await test.step(`${keys}: ${words}`, proof);
  }
  expect(said.map(([keys]) => keys)).toEqual(expect.arrayContaining(Object.keys(does)));
});

test('the zone of the account is that of every page, and can be changed', async ({ page, site }) => {
  const path = await operations(page, site);
  await expect(page.locator('.pager')).toContainText('Times in UTC.');
  await page.goto(`${site.url}/account`);
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.getByText('does not know that time zone').first()).toBeVisible();
  await page.getByLabel('Time zone').fill('asia/kolkata');
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await expect(page.getByLabel('Time zone')).toHaveValue('Asia/Kolkata');
  await page.goto(path);
  await expect(page.locator('.pager')).toContainText('Times in Asia/Kolkata.');
  await expect(page.locator('#ops tbody time').first()).toHaveAttribute('title', /Asia\/Kolkata, UTC\+05:30/);
  await page.goto(`${site.url}/account`);
  await page.getByLabel('Time zone').fill('UTC');
  await page.getByRole('button', { name: 'Save preferences' }).click();
});
