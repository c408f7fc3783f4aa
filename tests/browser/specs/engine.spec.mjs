// What holds the queue and what fills it by itself: pauses and schedules, used as a person uses them.
import { lookAt } from '../support/look.mjs';
import { OWNER } from '../support/site.mjs';
import { expect, signIn, test } from '../support/test.mjs';

// Both forms are filled in wrongly first.
test.use({ refusals: true });

test('a pause is made, seen above the operations, and ended', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Pauses' }).click();
  await page.getByLabel('What').selectOption({ label: 'Check connection' });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  // The form itself keeps an empty reason back, and puts the person in its field.
  await expect(page.getByLabel('Reason')).toBeFocused();
  await expect(page.getByText('Nothing is paused.')).toBeVisible();
  await page.getByLabel('Reason').fill('   ');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByText('A pause needs a reason').first()).toBeVisible();
  await page.getByLabel('Reason').fill('Certificate is being replaced');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('table', { name: 'Pauses' })).toContainText('Certificate is being replaced.');
  await lookAt(page, 'pauses-one');
  await page.getByRole('link', { name: 'Connection', exact: true }).click();
  await page.getByRole('button', { name: 'Check connection' }).click();
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.locator('#run-summary')).toContainText('Paused');
  await expect(page.locator('#run-summary')).toContainText('Certificate is being replaced');
  await lookAt(page, 'run-paused');
  await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
  await expect(page.getByText('Paused: Check connection')).toBeVisible();
  await page.getByRole('link', { name: 'View pauses' }).click();
  await page.getByRole('button', { name: /Resume/ }).click();
  await expect(page.getByText('Nothing is paused.')).toBeVisible();
});

test('a schedule is made, shows its next times, runs now, and is removed', async ({ page, site }) => {
  await signIn(page, site, OWNER);
  await page.getByRole('link', { name: 'Schedules', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Weeknights');
  await page.getByRole('textbox', { name: 'When', exact: true }).fill('every night');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await expect(page.getByText('This is not a cron rule of five fields').first()).toBeVisible();
  await page.getByRole('textbox', { name: 'When', exact: true }).fill('30 22 * * 1-5');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByLabel('Newest sets').fill('14');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await expect(page.getByRole('heading', { name: 'Weeknights', level: 1 })).toBeVisible();
  await expect(page.locator('#next li')).toHaveCount(5);
  await lookAt(page, 'schedule');
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.locator('.toast').getByRole('link', { name: 'View run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Weeknights');
  await page.goBack();
  await page.getByRole('button', { name: 'Remove schedule' }).click();
  await expect(page.getByText('No schedule yet')).toBeVisible();
});
