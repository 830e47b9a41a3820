import type { Email, Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';

/** Every mail, newest first. */
export const inboxPage = async (endpoint: Endpoint): Promise<Html> => {
  const emails = (await endpoint.emails()).reverse();
  if (emails.length === 0) return html`<p>No mail yet.</p>`;
  const rows = emails.map(
    ({ id, at, to, subject }) =>
      html`<tr><td class="dim">${at.slice(0, 19).replace('T', ' ')}</td><td>${to.join(', ')}</td><td><a href="/inbox/${id}">${subject}</a></td></tr>`,
  );
  return html`<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows}</tbody></table>`;
};

export const findEmail = async (endpoint: Endpoint, id: string): Promise<Email | undefined> =>
  (await endpoint.emails()).find((email) => email.id === id);

/** One mail as its reader sees it: in a frame that can run nothing, and as text. */
export const emailPage = ({ id, from, to, at, subject, text }: Email): Html =>
  html`<p class="dim">From ${from} to ${to.join(', ')}, ${at}</p>
<iframe sandbox src="/inbox/${id}/html" title="${subject}"></iframe>
<h2>Text part</h2><pre>${text}</pre>`;
