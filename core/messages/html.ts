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
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

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
      return `<p style="font-size:18px;line-height:1.4"><strong>${escapeHtml(block.text)}</strong></p>`;
    case 'list':
      return `<ul style="padding-left:20px">${block.items.map((item) => `<li style="margin:6px 0">${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<table role="presentation" style="border-collapse:collapse">${block.facts.map(factRow).join('')}</table>`;
    case 'code':
      return `<p>${escapeHtml(block.label)}</p><pre style="${codeStyle}">${escapeHtml(block.code)}</pre>`;
    case 'button':
      return `<p style="margin:24px 0"><a href="${escapeHtml(block.url)}" style="${buttonStyle}">${escapeHtml(block.label)}</a></p>`;
    case 'link':
      return `<p>${escapeHtml(block.label)} <a href="${escapeHtml(block.url)}">address of the upload</a></p>`;
  }
};

const factRow = ([name, value]: readonly [string, string]): string =>
  `<tr><td style="padding:3px 16px 3px 0;vertical-align:top;opacity:.75">${escapeHtml(name)}</td><td style="padding:3px 0">${escapeHtml(value)}</td></tr>`;

const buttonStyle =
  'display:inline-block;padding:12px 24px;border-radius:6px;background:#0b5c4a;color:#ffffff;text-decoration:none;font-weight:600';

const codeStyle =
  'white-space:pre-wrap;word-break:break-all;padding:12px;border:1px solid #8886;border-radius:6px;font-size:13px';

/** Renders one message in both forms, from the same blocks. */
export const render = (blocks: readonly Block[], footer: string): { text: string; html: string } => ({
  text: `${blocks.map(asText).join('\n\n')}\n\n--\n${footer}\n`,
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head><body style="margin:0;padding:16px"><div style="max-width:640px;margin:0 auto;font:16px/1.5 system-ui,sans-serif">${blocks.map(asHtml).join('')}<p style="margin-top:32px;font-size:13px;opacity:.7">${escapeHtml(footer)}</p></div></body></html>`,
});
