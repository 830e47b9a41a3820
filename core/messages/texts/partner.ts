import type { Locale } from '../../locales.ts';
import type { PartnerMailKind } from '../../request.ts';

/** What a mail to a partner is filled with. */
export interface PartnerWords {
  /** `“Daily orders” for 2026-11-22` */
  readonly what: string;
  readonly due: string;
  readonly attempt: number;
  readonly attempts: number;
  /** How often rules were broken. */
  readonly problems: number;
  readonly byLink: boolean;
}

interface PartnerTexts {
  hello(name: string): string;
  what(title: string, period: string): string;
  /** By kind; the what is without quotes here. */
  readonly subjects: { readonly [kind in PartnerMailKind]: (words: Pick<PartnerWords, 'what' | 'byLink'>) => string };
  readonly openings: { readonly [kind in PartnerMailKind]: (words: PartnerWords) => string };
  readonly facts: {
    readonly due: string;
    readonly until: string;
    readonly addressUntil: string;
    readonly format: string;
    readonly columns: string;
    readonly size: string;
    readonly received: string;
    readonly outcome: string;
  };
  atMost(bytes: string): string;
  readonly button: string;
  readonly script: string;
  readonly linkHint: string;
  readonly curl: string;
  readonly put: string;
  readonly address: string;
  readonly addressName: string;
  readonly addressHint: string;
  finding(where: string, expected: string, got: string, fix: string): string;
  /** @param file of a set */
  place(file: string | undefined, line: number | undefined, column: string | undefined): string;
  more(count: number): string;
  readonly wholeReport: string;
  readonly nothingMore: string;
  footer(requestId: string): string;
}

const en: PartnerTexts = {
  hello: (name) => `Hello ${name},`,
  what: (title, period) => `“${title}” for ${period}`,
  subjects: {
    request: ({ what }) => `Please send: ${what}`,
    reminder: ({ what }) => `Reminder: ${what} is due soon`,
    late: ({ what }) => `Late: ${what} was due`,
    fix: ({ what }) => `Please correct: ${what}`,
    reissued: ({ what, byLink }) => `New upload ${byLink ? 'link' : 'address'}: ${what}`,
    extended: ({ what }) => `More time: ${what}`,
    receipt: ({ what }) => `Received: ${what}`,
    waived: ({ what }) => `Not needed: ${what}`,
  },
  openings: {
    request: ({ what, due }) => `Please send ${what} by ${due}.`,
    reminder: (words) => `We have not received ${missingEn(words)} yet. It is due ${words.due}.`,
    late: ({ what, due, attempt }) =>
      `${what} was due ${due}, and ${attempt > 1 ? 'no valid file' : 'nothing'} has arrived. You can still send it.`,
    fix: ({ what, problems, attempt, attempts }) =>
      `We could not use the file you sent for ${what}: ${problems} ${problems === 1 ? 'problem' : 'problems'}. Please mend it and send it again (attempt ${attempt} of ${attempts}).`,
    reissued: ({ what, byLink }) => `Here is a new ${byLink ? 'link' : 'address'} for ${what}.`,
    extended: (words) => `You have more time for ${missingEn(words)}: it is now due ${words.due}.`,
    receipt: ({ what }) => `Thank you: ${what} arrived and is valid.`,
    waived: ({ what }) => `You need not send ${what} any more.`,
  },
  facts: {
    due: 'Due',
    until: 'Accepted until',
    addressUntil: 'The address below works until',
    format: 'Format',
    columns: 'Columns',
    size: 'Size',
    received: 'Arrived',
    outcome: 'Result',
  },
  atMost: (bytes) => `at most ${bytes} bytes`,
  button: 'Upload the file',
  script: 'Or from a script (one file for Node, from those who asked you):',
  linkHint:
    'The link is yours: whoever has it can upload this one file, so please do not pass it on. Opening it sends nothing.',
  curl: 'Send it with this one line (put your file name in place of the one behind -T):',
  put: 'Or with any program: a PUT of the file itself (no form), with exactly these headers:',
  address: 'The address (it takes one file, and opening it in a browser does nothing):',
  addressName: 'address of the upload',
  addressHint:
    'Whoever has this address can upload this one file: please do not pass it on. If it has ended, wait for the next reminder or ask the people who need the file.',
  finding: (where, expected, got, fix) =>
    `${where === '' ? 'Expected' : `${where}: expected`} ${expected}, got “${got}”.${fix === '' ? '' : ` ${capital(fix)}.`}`,
  place: (file, line, column) => {
    const within = [line !== undefined && `line ${line}`, column !== undefined && `column ${column}`].filter(Boolean);
    // The name of a file is written as it is.
    return file === undefined ? capital(within.join(', ')) : [file, ...within].join(', ');
  },
  more: (count) => `… and ${count} more of the same kinds.`,
  wholeReport: 'The whole report, as a page and as a table, is behind the link below.',
  nothingMore: 'There is nothing more to do.',
  footer: (requestId) =>
    `Airlock, request ${requestId}. You get this because you are named as the contact for this delivery.`,
};

const missingEn = ({ what, attempt }: PartnerWords): string => (attempt > 1 ? `a corrected file for ${what}` : what);

const de: PartnerTexts = {
  hello: (name) => `Guten Tag ${name},`,
  what: (title, period) => `„${title}“ für ${period}`,
  subjects: {
    request: ({ what }) => `Bitte senden: ${what}`,
    reminder: ({ what }) => `Erinnerung: ${what} ist bald fällig`,
    late: ({ what }) => `Verspätet: ${what} war fällig`,
    fix: ({ what }) => `Bitte berichtigen: ${what}`,
    reissued: ({ what, byLink }) => `${byLink ? 'Neuer Link' : 'Neue Adresse'}: ${what}`,
    extended: ({ what }) => `Mehr Zeit: ${what}`,
    receipt: ({ what }) => `Erhalten: ${what}`,
    waived: ({ what }) => `Nicht mehr nötig: ${what}`,
  },
  openings: {
    request: ({ what, due }) => `Bitte senden Sie ${what} bis ${due}.`,
    reminder: (words) => `Wir haben ${missingDe(words)} noch nicht erhalten. Fällig ist es ${words.due}.`,
    late: ({ what, due, attempt }) =>
      `${what} war fällig ${due}, und ${attempt > 1 ? 'keine gültige Datei' : 'nichts'} ist angekommen. Sie können sie noch senden.`,
    fix: ({ what, problems, attempt, attempts }) =>
      `Die Datei, die Sie für ${what} gesandt haben, konnten wir nicht verwenden: ${problems} Fehler. Bitte berichtigen Sie sie und senden Sie sie noch einmal (Versuch ${attempt} von ${attempts}).`,
    reissued: ({ what, byLink }) => `Hier ist ${byLink ? 'ein neuer Link' : 'eine neue Adresse'} für ${what}.`,
    extended: (words) => `Sie haben mehr Zeit für ${missingDe(words)}: Fällig ist es jetzt ${words.due}.`,
    receipt: ({ what }) => `Vielen Dank: ${what} ist angekommen und gültig.`,
    waived: ({ what }) => `Sie brauchen ${what} nicht mehr zu senden.`,
  },
  facts: {
    due: 'Fällig',
    until: 'Angenommen bis',
    addressUntil: 'Die Adresse unten gilt bis',
    format: 'Format',
    columns: 'Spalten',
    size: 'Größe',
    received: 'Angekommen',
    outcome: 'Ergebnis',
  },
  atMost: (bytes) => `höchstens ${bytes} Byte`,
  button: 'Datei hochladen',
  script: 'Oder aus einem Skript (eine Datei für Node, von denen, die um die Daten bitten):',
  linkHint:
    'Der Link ist Ihrer: Wer ihn hat, kann diese eine Datei hochladen. Bitte geben Sie ihn nicht weiter. Ihn zu öffnen sendet nichts.',
  curl: 'Mit dieser einen Zeile senden (hinter -T steht Ihr Dateiname):',
  put: 'Oder mit einem beliebigen Programm: ein PUT der Datei selbst (kein Formular), mit genau diesen Kopfzeilen:',
  address: 'Die Adresse (sie nimmt eine Datei; sie im Browser zu öffnen bewirkt nichts):',
  addressName: 'Adresse zum Hochladen',
  addressHint:
    'Wer diese Adresse hat, kann diese eine Datei hochladen: Bitte geben Sie sie nicht weiter. Ist sie abgelaufen, warten Sie auf die nächste Erinnerung, oder fragen Sie die, die die Datei brauchen.',
  finding: (where, expected, got, fix) =>
    `${where === '' ? 'Erwartet' : `${where}: erwartet`} ${expected}, gefunden „${got}“.${fix === '' ? '' : ` ${capital(fix)}.`}`,
  place: (file, line, column) =>
    [file, line !== undefined && `Zeile ${line}`, column !== undefined && `Spalte ${column}`]
      .filter(Boolean)
      .join(', '),
  more: (count) => `… und ${count} weitere derselben Art.`,
  wholeReport: 'Der ganze Bericht, als Seite und als Tabelle, liegt hinter dem Link unten.',
  nothingMore: 'Es ist nichts weiter zu tun.',
  footer: (requestId) =>
    `Airlock, Anfrage ${requestId}. Sie erhalten dies, weil Sie als Ansprechpartner für diese Lieferung genannt sind.`,
};

const missingDe = ({ what, attempt }: PartnerWords): string =>
  attempt > 1 ? `eine berichtigte Datei für ${what}` : what;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const partnerTexts: Readonly<Record<Locale, PartnerTexts>> = { en, de };
