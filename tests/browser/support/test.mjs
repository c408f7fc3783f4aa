// The tests' own `test`: a site, and a page on which any console error, refused content or outbound request fails the test.
import { test as base, expect } from '@playwright/test';
import { Site, furnished } from './site.mjs';

/** Answers with these statuses are the subject of a test, and Chromium reports each as a console error. */
const EXPECTED = /^Failed to load resource: the server responded with a status of (400|401|403|404|409|422|429)/;

/** A page that is left while its stream is still being opened, or news is asked for: htmx reports the request that the browser dropped. */
const LEFT_EARLY = /^htmx: htmx:error: Failed to fetch[^]*(hx-sse|a\.newer)/;

export { expect };

export const test = base.extend({
  // Nobody has signed in here yet.
  freshSite: [async ({}, use) => {
    const site = await (await Site.prepare()).serve();
    await use(site);
    await site.stop();
  }, { scope: 'worker', timeout: 90_000 }],

  // The same, for what must not be set up.
  emptySite: [async ({}, use) => {
    const site = await (await Site.prepare()).serve();
    await use(site);
    await site.stop();
  }, { scope: 'worker', timeout: 90_000 }],

  // People, a tenant, runs and a backup set are there.
  site: [async ({}, use) => {
    const site = await furnished();
    await use(site);
    await site.stop();
  }, { scope: 'worker', timeout: 90_000 }],

  // What the test watches for wrong; a test that asks for refused answers says so.
  refusals: [false, { option: true }],

  page: async ({ page, refusals }, use) => {
    const found = watch(page, refusals);
    await use(page);
    expect(found, 'nothing went wrong in the browser').toEqual([]);
  },
});

/** Collects what a page reports as wrong. */
export function watch(page, refusals = false) {
  const found = [];
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    if ((refusals && EXPECTED.test(message.text())) || LEFT_EARLY.test(message.text())) return;
    found.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') found.push(`asked ${request.url()}`);
  });
  return found;
}

/** Signs a person in on the page of a site. */
export async function signIn(page, site, person) {
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}
