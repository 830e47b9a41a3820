import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { systemClock } from '../../adapters/system.ts';
import { escapeHtml } from '../../core/messages/html.ts';
import { sampleMails } from '../../core/messages/samples.ts';
import { CliError } from '../deployment.ts';
import { type Invocation, print } from '../invocation.ts';

/** Writes every mail of a feed as pages, with one that shows them all: nothing is sent. */
export const mailPreview = async ({ flags, asJson }: Invocation): Promise<boolean> => {
  const feeds = loadFeeds(flags.feeds);
  const feed = feeds.find(({ partner, feed: name }) => `${partner}/${name}` === flags.feed);
  if (!feed) {
    const names = feeds.map(({ partner, feed: name }) => `${partner}/${name}`).join(', ');
    throw new CliError(`--feed: got ${flags.feed ?? 'nothing'}, allowed one of ${flags.feeds}: ${names}`);
  }
  const mails = sampleMails(feed, systemClock.now().toISOString());
  try {
    await mkdir(flags.out, { recursive: true });
    for (const { name, mail } of mails) {
      await writeFile(join(flags.out, `${name}.html`), mail.html);
      await writeFile(join(flags.out, `${name}.txt`), `${mail.subject}\n\n${mail.text}`);
    }
    await writeFile(join(flags.out, 'index.html'), overview(mails));
  } catch (error) {
    throw new CliError(
      `${flags.out} cannot be written: ${error instanceof Error ? error.message : error}; use --out DIR`,
    );
  }
  print(
    asJson
      ? JSON.stringify(mails.map(({ name, mail }) => ({ name, subject: mail.subject })))
      : `${mails.length} mails: ${join(flags.out, 'index.html')}`,
  );
  return true;
};

const overview = (mails: ReturnType<typeof sampleMails>): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mails</title></head><body style="font:16px system-ui,sans-serif;margin:24px">${mails
    .map(
      ({ name, mail }) =>
        `<h2 style="font-size:16px">${escapeHtml(mail.subject)} <small>(<a href="${name}.html">${name}</a>, <a href="${name}.txt">text</a>)</small></h2><iframe src="${name}.html" title="${escapeHtml(mail.subject)}" style="width:100%;height:520px;border:1px solid #ccc"></iframe>`,
    )
    .join('')}</body></html>`;
