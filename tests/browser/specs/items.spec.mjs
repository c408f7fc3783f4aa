// A run with 100,000 items: one list, of which the page holds what is near.
import { lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

const COUNT = 100_000;
/** Rows that the page may hold: what is in sight and near, in parts of 100. */
const HELD_MAX = 1_000;

const items = (page) => page.locator('#items table');
const rows = (page) => page.locator('#items tbody tr:not(.gap)');
const named = (page, number) => rows(page).filter({ hasText: `Tag ${String(number).padStart(6, '0')}` });

let made;
test.beforeAll(async ({ site }) => { made = await site.manyItems(COUNT); });

async function open(page, site) {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
  await expect(page.locator('.page-h h1')).toHaveText('Operations');
  const { origin, pathname } = new URL(page.url());
  await page.goto(`${origin}${pathname}/${made}`);
}

test('one scrolls through 100,000 items, finds one, and the page stays small', async ({ page, site }) => {
  await open(page, site);
  await expect(items(page)).toHaveAttribute('aria-rowcount', String(COUNT + 1));
  await expect(rows(page).first()).toContainText('Tag 050000');
  await expect(rows(page).nth(3)).toContainText('Tag 000001');
  await expect(page.locator('#items .pager')).toHaveText('100,000 items, problems first.', { useInnerText: true });
  await lookAt(page, 'items-many');

  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect(named(page, COUNT)).toBeInViewport();
  await expect(named(page, COUNT)).toHaveAttribute('aria-rowindex', String(COUNT + 1));
  expect(await rows(page).count()).toBeLessThan(HELD_MAX);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight / 3));
  await expect.poll(() => page.locator('#items tbody tr:not(.gap)').evaluateAll(
    (all) => all.filter((row) => row.getBoundingClientRect().top > 0 && row.getBoundingClientRect().bottom < innerHeight).length,
  )).toBeGreaterThan(5);
  expect(await rows(page).count()).toBeLessThan(HELD_MAX);

  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole('searchbox', { name: 'Find an item by name' }).fill('Tag 0777');
  await page.keyboard.press('Enter');
  await expect(items(page)).toHaveAttribute('aria-rowcount', '101');
  await expect(rows(page)).toHaveCount(100);
});

test('a page that was opened before the first item shows the first ones by itself', async ({ page, site }) => {
  const as = ['--as', OWNER.email];
  const resume = await site.pause('directory_groups.sync');
  const said = JSON.parse(await site.command(['--json', 'sync', 'Contoso', '--groups', '--detach', ...as]));
  await open(page, site);
  await page.goto(page.url().replace(/run_\w+$/, said.run));
  await expect(page.locator('#items')).toContainText('They appear here as they end.');
  await resume();
  await expect(page.locator('#run-summary')).toContainText('Succeeded');
  await expect(rows(page)).not.toHaveCount(0);
});

test('the keys walk on where the first part ends', async ({ page, site }) => {
  await open(page, site);
  const key = page.locator('body');
  await rows(page).nth(97).scrollIntoViewIfNeeded();
  await expect(rows(page).nth(150)).toBeAttached();
  await rows(page).nth(97).locator('.row-a').focus();
  for (let step = 0; step < 6; step += 1) await key.press('j');
  await expect(page.locator(':focus')).toHaveText(/Tag 000101/);
});

test('without scripts one turns the pages', async ({ browser, page, site }) => {
  await open(page, site);
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const bare = await plain.newPage();
  await bare.goto(page.url());
  await expect(rows(bare)).toHaveCount(100);
  await expect(bare.locator('#items .pager')).toContainText('100 of 100,000 items');
  await bare.getByRole('link', { name: 'More' }).click();
  await expect(rows(bare).first()).toContainText('Tag 000098');
  await bare.goto(`${page.url()}?from=1234567890`);
  await expect(rows(bare).last()).toContainText('Tag 100000');
  await plain.close();
});
