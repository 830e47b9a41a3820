import type { Locale } from '../../locales.ts';
import type { StaffMailKind } from '../../request.ts';

/** What a mail to people on our side is filled with. */
export interface StaffWords {
  readonly title: string;
  readonly partner: string;
  readonly period: string;
  readonly due: string;
  /** By when it has usually come; empty where that is not known. */
  readonly usually: string;
  readonly attempt: number;
  /** How it ended, in a line; empty while it has not. */
  readonly outcome: string;
}

interface StaffTexts {
  hello(name: string): string;
  readonly subjects: { readonly [kind in StaffMailKind]: (words: StaffWords) => string };
  readonly happened: { readonly [kind in StaffMailKind]: (words: StaffWords) => string };
  readonly next: { readonly [kind in StaffMailKind]: string };
  readonly facts: {
    readonly reason: string;
    readonly feed: string;
    readonly period: string;
    readonly due: string;
    readonly closes: string;
    readonly state: string;
    readonly execution: string;
  };
  footer(requestId: string): string;
}

const whatOf = ({ partner, title, period }: StaffWords): string => `${partner}: ${title} for ${period}`;
const whatVon = ({ partner, title, period }: StaffWords): string => `${partner}: ${title} für ${period}`;

const en: StaffTexts = {
  hello: (name) => `Hello ${name},`,
  subjects: {
    dueSoon: (words) => `Due soon: ${whatOf(words)}`,
    unusual: (words) => `Later than usual: ${whatOf(words)}`,
    late: (words) => `Not delivered: ${whatOf(words)}`,
    recovered: (words) => `Delivered after all: ${whatOf(words)}`,
    rejectedLate: (words) => `Not valid, and little time left: ${whatOf(words)}`,
    rejected: (words) => `Rejected: ${whatOf(words)}`,
    mailRefused: (words) => `Mail refused: ${whatOf(words)}`,
    deliveryFailed: (words) => `Mail bounced: ${whatOf(words)}`,
    nothingToDeliver: (words) => `Nothing to deliver? ${whatOf(words)}`,
    linkAsked: (words) => `New link wanted: ${whatOf(words)}`,
  },
  happened: {
    dueSoon: ({ title, period, due }) => `“${title}” for ${period} is due ${due}, and nothing has arrived yet.`,
    unusual: ({ title, period, usually, due, attempt }) =>
      `“${title}” usually arrives by ${usually}. For ${period} ${attempt > 1 ? 'no valid file' : 'nothing'} has come yet; it is due ${due}.`,
    rejectedLate: ({ title, period, due }) =>
      `A file for “${title}” for ${period} was not valid. It is due ${due}; the partner has been told what to mend.`,
    late: ({ title, period, due, attempt }) =>
      `“${title}” for ${period} was due ${due}, and ${attempt > 1 ? 'no valid file' : 'nothing'} has arrived.`,
    recovered: ({ title, period, outcome }) => `“${title}” for ${period} has arrived after all. ${outcome}.`,
    rejected: ({ title, period, attempt }) =>
      `“${title}” for ${period} was sent ${attempt === 1 ? 'once' : `${attempt} times`}, and is still not valid.`,
    mailRefused: ({ title, period }) =>
      `The mail service refused our mail about “${title}” for ${period}: the partner may not have an upload address.`,
    deliveryFailed: ({ title, period }) =>
      `Our mail about “${title}” for ${period} bounced: the partner may not have an upload address.`,
    nothingToDeliver: ({ title, period }) =>
      `The partner says that there is nothing to deliver as “${title}” for ${period}.`,
    linkAsked: ({ title, period }) => `The partner asks for a new upload link for “${title}” for ${period}.`,
  },
  next: {
    dueSoon: 'The partner has just been reminded. Nothing is wrong yet.',
    unusual:
      'Nothing is late. The partner is reminded as planned; a call now may save you the waiting. Silence is measured by the last deliveries of this feed (trendWarning).',
    rejectedLate:
      'The partner has a new upload address. Call them if the data is urgent; the file is in the quarantine bucket.',
    late: 'The partner has been given a new upload address, if the window is still open. Call them if the data is urgent.',
    recovered: 'You need do nothing more about it.',
    rejected:
      'The last file is in the quarantine bucket. Without a decision (request accept, reissue or waive) the request ends as rejected when it closes.',
    mailRefused:
      "Check the partner's address in the feed. The request goes on waiting, and tries again at its next milestone.",
    deliveryFailed:
      "Check the partner's address in the feed. A new upload address is on its way to the backup contacts, if there are any.",
    nothingToDeliver:
      'If you agree, waive the request (request waive, docs/operating.md). Until then it goes on waiting, and the partner may still send a file.',
    linkAsked:
      'While the request is open, request reissue has a new link mailed. After its end, request reopen asks for the period once more (docs/operating.md).',
  },
  facts: {
    reason: 'Reason given',
    feed: 'Feed',
    period: 'Period',
    due: 'Due',
    closes: 'Closes',
    state: 'State',
    execution: 'Execution',
  },
  footer: (requestId) => `Airlock, request ${requestId}. You get this because the feed names you.`,
};

const de: StaffTexts = {
  hello: (name) => `Guten Tag ${name},`,
  subjects: {
    dueSoon: (words) => `Bald fällig: ${whatVon(words)}`,
    unusual: (words) => `Später als sonst: ${whatVon(words)}`,
    late: (words) => `Nicht geliefert: ${whatVon(words)}`,
    recovered: (words) => `Doch noch geliefert: ${whatVon(words)}`,
    rejectedLate: (words) => `Nicht gültig, und wenig Zeit: ${whatVon(words)}`,
    rejected: (words) => `Abgelehnt: ${whatVon(words)}`,
    mailRefused: (words) => `Mail verweigert: ${whatVon(words)}`,
    deliveryFailed: (words) => `Mail unzustellbar: ${whatVon(words)}`,
    nothingToDeliver: (words) => `Nichts zu liefern? ${whatVon(words)}`,
    linkAsked: (words) => `Neuer Link erbeten: ${whatVon(words)}`,
  },
  happened: {
    dueSoon: ({ title, period, due }) => `„${title}“ für ${period} ist fällig ${due}, und noch ist nichts angekommen.`,
    unusual: ({ title, period, usually, due, attempt }) =>
      `„${title}“ kommt sonst bis ${usually}. Für ${period} ist noch ${attempt > 1 ? 'keine gültige Datei' : 'nichts'} da; fällig ist es ${due}.`,
    rejectedLate: ({ title, period, due }) =>
      `Eine Datei zu „${title}“ für ${period} war nicht gültig. Fällig ist sie ${due}; der Partner weiß, was zu beheben ist.`,
    late: ({ title, period, due, attempt }) =>
      `„${title}“ für ${period} war fällig ${due}, und ${attempt > 1 ? 'keine gültige Datei' : 'nichts'} ist angekommen.`,
    recovered: ({ title, period }) => `„${title}“ für ${period} ist doch noch angekommen.`,
    rejected: ({ title, period, attempt }) =>
      `„${title}“ für ${period} wurde ${attempt === 1 ? 'einmal' : `${attempt}-mal`} gesandt und ist noch immer nicht gültig.`,
    mailRefused: ({ title, period }) =>
      `Der Maildienst hat unsere Mail zu „${title}“ für ${period} nicht angenommen: Der Partner hat womöglich keine Adresse zum Hochladen.`,
    deliveryFailed: ({ title, period }) =>
      `Unsere Mail zu „${title}“ für ${period} kam zurück: Der Partner hat womöglich keine Adresse zum Hochladen.`,
    nothingToDeliver: ({ title, period }) =>
      `Der Partner sagt, es gebe als „${title}“ für ${period} nichts zu liefern.`,
    linkAsked: ({ title, period }) => `Der Partner bittet um einen neuen Link für „${title}“ für ${period}.`,
  },
  next: {
    dueSoon: 'Der Partner wurde eben erinnert. Noch ist nichts versäumt.',
    unusual:
      'Noch ist nichts versäumt. Der Partner wird wie geplant erinnert; ein Anruf jetzt erspart womöglich das Warten. Gemessen wird an den letzten Lieferungen dieses Feeds (trendWarning).',
    rejectedLate:
      'Der Partner hat eine neue Adresse zum Hochladen. Rufen Sie an, wenn es eilt; die Datei liegt in der Quarantäne.',
    late: 'Der Partner hat eine neue Adresse zum Hochladen bekommen, falls die Frist noch läuft. Rufen Sie an, wenn es eilt.',
    recovered: 'Sie brauchen nichts weiter zu tun.',
    rejected:
      'Die letzte Datei liegt in der Quarantäne. Ohne eine Entscheidung (request accept, reissue oder waive) endet die Anfrage zu ihrem Schluss als abgelehnt.',
    mailRefused:
      'Prüfen Sie die Adresse des Partners im Feed. Die Anfrage wartet weiter und versucht es beim nächsten Termin wieder.',
    deliveryFailed:
      'Prüfen Sie die Adresse des Partners im Feed. Eine neue Adresse zum Hochladen geht an die Ersatzkontakte, falls es welche gibt.',
    nothingToDeliver:
      'Wenn Sie einverstanden sind, erlassen Sie die Lieferung (request waive, docs/operating.md). Bis dahin wartet die Anfrage, und der Partner kann noch senden.',
    linkAsked:
      'Solange die Anfrage offen ist, lässt request reissue einen neuen Link senden. Danach fragt request reopen noch einmal nach dem Zeitraum (docs/operating.md).',
  },
  facts: {
    reason: 'Begründung',
    feed: 'Feed',
    period: 'Zeitraum',
    due: 'Fällig',
    closes: 'Schluss',
    state: 'Stand',
    execution: 'Ausführung',
  },
  footer: (requestId) => `Airlock, Anfrage ${requestId}. Sie erhalten dies, weil der Feed Sie nennt.`,
};

export const staffTexts: Readonly<Record<Locale, StaffTexts>> = { en, de };
