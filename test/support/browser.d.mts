import type { Browser } from 'playwright-core';

export declare const launchBrowser: () => Promise<Browser>;
export declare const prepareBrowser: () => Promise<void>;
