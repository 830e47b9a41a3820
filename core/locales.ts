/** The languages that partners and people on our side are spoken to in. */
export const locales = ['en', 'de'] as const;
export type Locale = (typeof locales)[number];

export const isLocale = (text: string): text is Locale => locales.some((one) => one === text);
