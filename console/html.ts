import { escapeHtml } from '../core/messages/html.ts';

/** HTML that is already safe. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly (string | Html)[] | undefined;

const show = (part: Part): string => {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(show).join('');
  return escapeHtml(String(part));
};

/** Tagged template: every value is escaped, unless it is `Html` already. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(texts.map((text, index) => text + show(parts[index])).join(''));

/** Frames a page. */
export const page = (title: string, now: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Airlock</title>
<link rel="stylesheet" href="/style.css"></head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><strong>Airlock</strong>
<nav aria-label="Pages"><a href="/today">Today</a><a href="/feeds">Feeds</a><a href="/executions">Executions</a><a href="/inbox">Inbox</a><a href="/objects">Objects</a><a href="/alarms">Alarms</a><a href="/clock">Clock</a></nav>
<form method="post" action="/clock/move" class="clock"><time datetime="${now}">${now.slice(0, 19).replace('T', ' ')} UTC</time>
<button name="next" value="true">next</button><button name="advance" value="PT1H">+1 h</button></form></header>
<main id="main"><h1>${title}</h1>${content}</main>
</body></html>`.text;

export const styles = `
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404b); --dim: light-dark(#5b6472, #a3adbb);
  --good: light-dark(#12703c, #5cc98b); --bad: light-dark(#b42318, #ff8a7d); --wait: light-dark(#8a5a00, #f0b95a); --link: light-dark(#0b57b8, #8ab8ff); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 10px 24px; border-bottom: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; flex: 1; }
a { color: var(--link); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: Canvas; padding: 4px 8px; }
main { max-width: 1160px; margin: 0 auto; padding: 8px 24px 64px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 32px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--dim); font-size: 14px; }
button { font: inherit; padding: 3px 12px; border: 1px solid var(--line); border-radius: 6px; background: Canvas; color: CanvasText; cursor: pointer; white-space: nowrap; }
.clock { display: flex; gap: 8px; align-items: center; font-variant-numeric: tabular-nums; }
.dim { color: var(--dim); } .good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 12px; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; }
summary { cursor: pointer; } iframe { width: 100%; height: 560px; border: 1px solid var(--line); border-radius: 6px; background: white; }
.tiles { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 12px; } .tiles li { border: 1px solid var(--line); border-radius: 8px; padding: 8px 16px; min-width: 110px; }
.tiles b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; } .days { display: flex; gap: 18px; align-items: baseline; }
.strip { display: flex; flex-wrap: wrap; gap: 3px; margin: 16px 0; } .strip i { width: 14px; height: 28px; border-radius: 3px; background: currentColor; }
.orders label { display: block; margin: 8px 0; } .orders input { width: min(100%, 420px); } .orders input, .orders select { font: inherit; padding: 3px 8px; border: 1px solid var(--line); border-radius: 6px; background: Canvas; color: CanvasText; }
.orders p { display: flex; flex-wrap: wrap; gap: 8px; } td.whole { width: 1%; }
.lead { font-size: 18px; } .whole { white-space: nowrap; } .columns { display: grid; grid-template-columns: minmax(320px, 400px) 1fr; gap: 32px; }
@media (max-width: 640px) { header, main { padding-inline: 16px; } table { display: block; overflow-x: auto; } }
.columns > * { min-width: 0; } @media (max-width: 900px) { .columns { grid-template-columns: minmax(0, 1fr); } }
svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: CanvasText; }
svg .state { fill: Canvas; stroke: var(--line); } svg .visited { stroke: var(--good); stroke-width: 2; }
svg .current { stroke: var(--wait); stroke-width: 3; } svg .failed { stroke: var(--bad); stroke-width: 3; }
svg .edge { fill: none; stroke: var(--dim); stroke-opacity: 0.55; } svg .caught { stroke-dasharray: 4 3; }
`;
