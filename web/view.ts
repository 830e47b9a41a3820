import type { LinkAnswer } from '../core/api/bodies.ts';
import type { Finding } from '../core/validation/report-document.ts';
import { wordsOf } from '../core/validation/words.ts';
import { h, saveAs } from './dom.ts';
import { hex, shownName } from './format.ts';
import type { Speech } from './texts.ts';
import type { Receipt } from './uploader.ts';

/*
 * What stands on the page, piece by piece. Each piece is made new when it changes; only progress and countdown are
 * changed in place.
 */

/** Who asks for what, for which period, until when. @param leftSeconds until due; negative when late */
export const heading = (speech: Speech, link: LinkAnswer, leftSeconds: number): Node[] => {
  const { text } = speech;
  const names = link.askedBy.length > 0 ? link.askedBy.join(text.and) : text.someone;
  const isOver = leftSeconds <= 0;
  return [
    h('h1', { tabindex: '-1' }, text.asks(names, link.title)),
    h('p', { class: 'period' }, text.forPeriod(speech.period(link.period))),
    h(
      'p',
      { class: 'due' },
      isOver ? text.wasDue(speech.moment(link.dueAt)) : text.due(speech.moment(link.dueAt)),
      h('span', { class: 'left', id: 'left' }),
    ),
    ...(isOver ? [h('p', { class: 'late' }, text.late)] : []),
    ...(link.closesAt === link.dueAt ? [] : [h('p', { class: 'soft' }, text.closes(speech.moment(link.closesAt)))]),
  ];
};

/** Where a file, or the files of a set, are dropped or chosen. */
export const dropZone = (
  { text }: Speech,
  link: LinkAnswer,
  onFiles: (files: readonly File[]) => void,
): HTMLElement => {
  const isSet = link.file.format === 'set';
  const input = h('input', {
    type: 'file',
    id: 'file',
    ...(isSet ? { multiple: true } : { accept: `.${link.file.extension}` }),
  });
  const take = (chosen: FileList | null | undefined): void => {
    const files = [...(chosen ?? [])];
    if (files.length > 0) onFiles(isSet ? files : files.slice(0, 1));
  };
  input.addEventListener('change', () => take(input.files));
  const zone = h(
    'label',
    { class: 'drop', for: 'file' },
    h('span', {}, isSet ? text.dropSet : text.drop),
    ' ',
    h('span', { class: 'button main' }, isSet ? text.chooseSet : text.choose),
    input,
  );
  const over = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    zone.classList.toggle('over', isOver);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    take(event.dataTransfer?.files);
  });
  return zone;
};

/** What the file must look like, with a sample to save. */
export const expectations = ({ text, size, locale }: Speech, { file, title }: LinkAnswer): HTMLElement => {
  const { columns, sample, layout } = file;
  const save = sample === undefined ? undefined : () => saveAs(`${title}-sample.${file.extension}`, sample);
  return h(
    'section',
    {},
    h('h2', {}, text.expected),
    h(
      'p',
      {},
      `${layout[locale]}; ${text.extension(file.extension)}; ${text.sizes(size(file.minBytes), size(file.maxBytes))}`,
    ),
    columns.length > 0 ? columnTable({ text, locale }, columns) : undefined,
    save && h('p', {}, h('button', { type: 'button', click: save }, text.sample)),
  );
};

const columnTable = (
  { text, locale }: Pick<Speech, 'text' | 'locale'>,
  columns: LinkAnswer['file']['columns'],
): HTMLElement =>
  scrolling(
    text.columns,
    h(
      'table',
      {},
      h('caption', {}, text.columns),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, text.column), h('th', { scope: 'col' }, text.type))),
      h(
        'tbody',
        {},
        ...columns.map(({ name, type, required, must, description }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, name),
            h(
              'td',
              {},
              [text.types[type] ?? type, required ? text.required : '', description, must?.[locale]]
                .filter(Boolean)
                .join('; '),
            ),
          ),
        ),
      ),
    ),
  );

/** A wide table scrolls by itself, with the keyboard too. */
const scrolling = (label: string, table: HTMLElement): HTMLElement =>
  h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': label }, table);

/** Findings in a table: where, what is there, what is expected, what to do. */
export const findingsTable = ({ text, locale }: Speech, findings: readonly Finding[], total: number): Node[] => [
  scrolling(
    text.findingsCaption,
    h(
      'table',
      { class: 'stacking' },
      h('caption', { class: 'unseen' }, text.findingsCaption),
      h(
        'thead',
        {},
        h('tr', {}, ...[text.where, text.got, text.wanted, text.fix].map((name) => h('th', { scope: 'col' }, name))),
      ),
      h(
        'tbody',
        {},
        ...findings.map((finding) => {
          const { got, expected, fix } = wordsOf(finding, locale);
          return h(
            'tr',
            {},
            h('td', { 'data-label': text.where }, placeOf(text, finding)),
            h('td', { 'data-label': text.got, class: 'got' }, got),
            h('td', { 'data-label': text.wanted }, expected),
            h('td', { 'data-label': text.fix }, fix),
          );
        }),
      ),
    ),
  ),
  ...(total > findings.length ? [h('p', { class: 'soft' }, text.more(total - findings.length))] : []),
];

const placeOf = (text: Speech['text'], { file, line, column }: Finding): string =>
  [
    file === undefined ? '' : shownName(file),
    line === undefined ? '' : file === undefined ? text.line(line) : text.lineOfFile(line),
    column === undefined ? '' : text.inColumn(column),
  ]
    .filter(Boolean)
    .join(', ');

/** What arrived, to be kept. */
export const receiptList = (
  { text, size, moment }: Speech,
  { name, size: bytes, sha256, receivedAt }: Receipt,
): HTMLElement =>
  h(
    'section',
    { id: 'receipt' },
    h('h2', {}, text.receipt),
    h(
      'dl',
      {},
      ...(name === undefined ? [] : [h('dt', {}, text.fileName), h('dd', {}, shownName(name))]),
      h('dt', {}, text.size),
      h('dd', {}, size(bytes)),
      ...(receivedAt === undefined ? [] : [h('dt', {}, text.received), h('dd', {}, moment(receivedAt))]),
      ...(sha256 === undefined ? [] : [h('dt', {}, text.checksum), h('dd', { class: 'code' }, hex(sha256))]),
    ),
  );

/** Says that there is nothing to deliver. */
export const nothingForm = ({ text }: Speech, link: LinkAnswer, onSend: (reason: string) => void): HTMLElement => {
  if (link.nothingToDeliver.saidAt !== undefined) return h('p', { class: 'notice' }, text.nothingSaid);
  const reason = h('textarea', { id: 'reason', maxlength: '300', required: true });
  const send = (event: Event): void => {
    event.preventDefault();
    const said = reason.value.replaceAll(/\s+/g, ' ').trim();
    if (said !== '') onSend(said);
    else reason.focus();
  };
  return h(
    'details',
    {},
    h('summary', {}, text.nothing),
    h(
      'form',
      { submit: send },
      h('label', { for: 'reason' }, text.nothingReason),
      reason,
      h('button', { type: 'submit' }, text.nothingSend),
    ),
  );
};

/** A heading and a sentence. */
export const statement = ([title, more]: readonly [string, string] | readonly string[]): Node[] => [
  h('h1', { tabindex: '-1' }, title),
  h('p', {}, more),
];

export const button = (label: string, click: () => void, kind = ''): HTMLElement =>
  h('button', { type: 'button', class: kind === '' ? undefined : kind, click }, label);
