// No retries: a test that passes only the second time is a failure. Each worker has a server of its own.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.TENANTATLAS_CHROMIUM ?? browsers.find((path) => existsSync(path));
if (!executablePath) throw new Error('Chromium is missing; run scripts/setup, or name it in TENANTATLAS_CHROMIUM');

export default defineConfig({
  testDir: 'specs',
  outputDir: 'artifacts/failures',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['./support/summary.mjs']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // The pages are tested as they rest.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
