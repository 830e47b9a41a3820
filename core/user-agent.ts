const longest = 256;

/** What a program calls itself, for people to read: printable ASCII, and not a page of it. */
export const printable = (userAgent: string): string => userAgent.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longest);
