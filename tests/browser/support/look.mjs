// How a page must look in every theme and width, and the pictures that are kept of it.
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from './test.mjs';

const THEMES = ['light', 'dark'];
const WIDTHS = [1440, 390];
const HEIGHT = 900;
/** A longer page is cut off in its picture, in pixels. */
const TALL = 2400;
/** A 1280 px window at 400 % zoom (WCAG 1.4.10). */
const NARROW = 320;

/** Checks the page as it stands and keeps screenshots named `name-theme-width.png`. */
export async function lookAt(page, name) {
  for (const theme of THEMES) {
    await page.evaluate((chosen) => { document.documentElement.dataset.theme = chosen; }, theme);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      await expectNoViolation(page, `${name}, ${theme}, ${width} px`);
      await picture(page, `${name}-${theme}-${width}`);
    }
  }
  await page.setViewportSize({ width: NARROW, height: HEIGHT });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `${name} does not scroll sideways at ${NARROW} px`).toBeLessThanOrEqual(NARROW);
  await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
}

/** Rows of a table come from one template: the first dozen stand for the rest, which keeps axe within seconds. */
const LATER_ROWS = 'tbody tr:nth-child(n + 13)';

/** axe finds nothing, in the words of its rules when it does. */
export async function expectNoViolation(page, what) {
  const { violations } = await new AxeBuilder({ page }).exclude(LATER_ROWS).analyze();
  const words = violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).slice(0, 5).join(', ')}`);
  expect(words, `axe on ${what}`).toEqual([]);
}

async function picture(page, name) {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
  const clip = { x: 0, y: 0, width, height: Math.min(Math.max(height, HEIGHT), TALL) };
  // Hiding the caret would leave a style on every field, which htmx copies to its successor and the page's policy refuses.
  await page.screenshot({ path: `artifacts/screens/${name}.png`, fullPage: true, clip, caret: 'initial' });
}
