import { escapeHtml } from './html.ts';

interface Paper {
  readonly language: string;
  readonly title: string;
  /** HTML; whatever comes from elsewhere is escaped in it. */
  readonly content: string;
  /** For what only this kind of page has. */
  readonly style?: string;
}

/** A page by itself, without script, to read, to print and to keep: reports and evidence. */
export const paper = ({ language, title, content, style = '' }: Paper): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${common}
${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;

const common = `
:root{color-scheme:light dark;--ink:#16211d;--soft:#51605a;--line:#d5dcd9;--paper:#fff;--good:#0b5c4a;--bad:#a3231b;--badsoft:#fdecea;--warn:#7a4d00;--warnsoft:#fff3d6}
@media(prefers-color-scheme:dark){:root{--ink:#e8edeb;--soft:#a5b3ad;--line:#37433e;--paper:#141a17;--good:#6fd3b8;--bad:#ff9d94;--badsoft:#3d1f1c;--warn:#ffce73;--warnsoft:#3a2d10}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 64px}
.partner{margin:0;color:var(--soft)}
h1{margin:4px 0 16px;font-size:28px;line-height:1.25;overflow-wrap:anywhere}
h2{margin:40px 0 8px;font-size:20px}
.verdict{margin:0 0 24px;padding:12px 16px;border-left:4px solid;font-weight:600}
.verdict.good{color:var(--good)}.verdict.bad{color:var(--bad);background:var(--badsoft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th,td{padding:8px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;color:var(--soft)}
.number{text-align:right;font-variant-numeric:tabular-nums}
.soft{color:var(--soft)}
@media print{main{max-width:none;padding:0}}
`.trim();
