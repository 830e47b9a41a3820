import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';

/**
 * A headless Chromium: the one from npm where it runs (Linux on x64), else a Chrome that is installed here.
 * Its own flags of the package are not used: they would switch off what keeps origins apart.
 */
export const launchBrowser = async () =>
  playwright.launch({
    ...(hasOwn() ? { executablePath: await chromium.executablePath() } : { channel: 'chrome' }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    headless: true,
  });

/** Unpacks the browser once, before several workers would do it at the same moment. */
export const prepareBrowser = async () => {
  if (hasOwn()) await chromium.executablePath();
};

const hasOwn = () => process.platform === 'linux' && process.arch === 'x64';
