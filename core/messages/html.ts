/** Text made safe inside HTML text and quoted attributes. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** A piece of a message that knows how it reads as text and as HTML. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [string, string])[] }
  | { readonly kind: 'code'; readonly label: string; readonly code: string }
  | { readonly kind: 'button'; readonly label: string; readonly url: string }
  | { readonly kind: 'link'; readonly label: string; readonly name: string; readonly url: string };

const asText = (block: Block): string => {
  switch (block.kind) {
    case 'text':
    case 'strong':
      return block.text;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'facts':
      return block.facts.map(([name, value]) => `${name}: ${value}`).join('\n');
    case 'code':
      return `${block.label}\n\n${block.code}`;
    case 'button':
      return `${block.label}: ${block.url}`;
    case 'link':
      return `${block.label}\n\n${block.url}`;
  }
};

const asHtml = (block: Block): string => {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'strong':
      return `<p style="font-size:19px;line-height:1.4;margin:12px 0 20px"><strong>${escapeHtml(block.text)}</strong></p>`;
    case 'list':
      return `<ul style="padding-left:20px;margin:16px 0">${block.items.map((item) => `<li style="margin:6px 0">${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<table role="presentation" class="facts" style="border-collapse:collapse;width:100%;margin:16px 0">${block.facts.map(factRow).join('')}</table>`;
    case 'code':
      return `<p>${escapeHtml(block.label)}</p><pre style="${codeStyle}">${escapeHtml(block.code)}</pre>`;
    case 'button':
      return `<p style="margin:24px 0"><a class="button" href="${escapeHtml(block.url)}" style="${buttonStyle}">${escapeHtml(block.label)}</a></p>`;
    case 'link':
      return `<p>${escapeHtml(block.label)} <a href="${escapeHtml(block.url)}">${escapeHtml(block.name)}</a></p>`;
  }
};

const factRow = ([name, value]: readonly [string, string]): string =>
  `<tr><td class="name" style="padding:6px 16px 6px 0;vertical-align:top;color:#5b6460;width:28%">${escapeHtml(name)}</td><td style="padding:6px 0;overflow-wrap:anywhere">${escapeHtml(value)}</td></tr>`;

const buttonStyle =
  'display:inline-block;padding:12px 24px;border-radius:6px;background:#0b5c4a;color:#ffffff;text-decoration:none;font-weight:600';

const codeStyle =
  'white-space:pre-wrap;overflow-wrap:anywhere;word-break:break-all;padding:12px;border:1px solid #8886;border-radius:6px;font-size:13px';

/** How a mail looks to whoever it is for: the partner's own customer or supplier. */
export interface Brand {
  readonly name: string;
  /** https address of a picture. */
  readonly logo?: string | undefined;
}

/** What a mail is made of. */
export interface Message {
  readonly blocks: readonly Block[];
  readonly footer: string;
  readonly locale: string;
  /** The stripe above it: all is well, something is wrong, or neither. */
  readonly tone: 'calm' | 'alarm' | 'good';
  readonly brand?: Brand;
}

const stripes = { calm: '#0b5c4a', alarm: '#b3261e', good: '#2e7d32' } as const;

/** Readers in the dark get the same contrast; those whose program knows no style sheet get the light one. */
const styleSheet = `
@media (prefers-color-scheme: dark) {
  body, .page { background: #16191a !important; }
  .card { background: #1f2425 !important; color: #e8ecea !important; border-left-color: #39413f !important; border-right-color: #39413f !important; border-bottom-color: #39413f !important; }
  .facts .name, .footer { color: #a9b4b0 !important; }
  .card a:not(.button) { color: #7fd0b9 !important; }
}
@media (max-width: 480px) {
  .facts td { display: block; width: auto !important; padding-right: 0 !important; }
  .facts .name { padding-bottom: 0 !important; }
  .facts td + td { padding-top: 0 !important; }
}`;

/** Renders one message in both forms, from the same blocks. */
export const render = (message: Message): { text: string; html: string } => ({
  text: `${message.blocks.map(asText).join('\n\n')}\n\n--\n${message.footer}\n`,
  html: page(message),
});

const page = ({ blocks, footer, locale, tone, brand }: Message): string =>
  [
    `<!doctype html><html lang="${escapeHtml(locale)}"><head><meta charset="utf-8"><title>${escapeHtml(brand?.name ?? 'Airlock')}</title>`,
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `<style>${styleSheet}</style></head><body style="margin:0;background:#eef1f0">`,
    '<div class="page" style="background:#eef1f0;padding:16px">',
    `<div class="card" style="max-width:640px;margin:0 auto;background:#ffffff;color:#1b2220;border:1px solid #d5dcd9;border-top:4px solid ${stripes[tone]};border-radius:6px;overflow-wrap:anywhere;font:16px/1.5 system-ui,sans-serif">`,
    `<div style="padding:20px 20px 4px">${header(brand)}${blocks.map(asHtml).join('')}</div>`,
    `<p class="footer" style="margin:0;padding:16px 20px;font-size:13px;color:#5b6460">${escapeHtml(footer)}</p>`,
    '</div></div></body></html>',
  ].join('');

const header = (brand: Brand | undefined): string => {
  if (!brand) return '';
  const logo =
    brand.logo === undefined
      ? ''
      : `<img src="${escapeHtml(brand.logo)}" alt="" height="32" style="height:32px;max-width:160px;vertical-align:middle;margin-right:12px">`;
  return `<p style="margin:0 0 16px;font-weight:600">${logo}${escapeHtml(brand.name)}</p>`;
};
