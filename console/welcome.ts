import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { linkIn } from './airlock-process.ts';
import type { Email, Endpoint } from './endpoint.ts';

interface Welcome {
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly feeds: string;
  /** On a fresh folder one example feed is run once, so that there is something to try. */
  readonly isFresh: boolean;
}

/** What to try next. */
export const welcome = async ({ endpoint, url, feeds, isFresh }: Welcome): Promise<string> => {
  const status = await endpoint.status();
  const lines = [
    '',
    `  AWS endpoint   export AWS_ENDPOINT_URL=${status.endpoint} AWS_REGION=${status.region} AWS_DEFAULT_REGION=${status.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local`,
  ];
  const sample = isFresh ? findSample(feeds) : undefined;
  if (sample) {
    await endpoint.fire(`${sample.partner}_${sample.feed}`, undefined);
    await endpoint.settle();
    const [mail] = await endpoint.emails();
    lines.push(`  A mail waits   ${url}/inbox`, '', ...waysToSend(sample, mail), '');
    lines.push(`  Or never send it, and see what happens: ${url}/clock`);
  } else {
    lines.push(
      `  Run a feed     curl -X POST ${url}/api/feeds/<partner>/<feed>/run`,
      `  Move time      curl -X POST ${url}/api/clock -d '{"advance":"PT1H"}'`,
    );
  }
  return [...lines, '', '  Stop with Ctrl-C; everything is kept.', ''].join('\n');
};

/** What the partner of the mail can do: open its link, or in direct mode run its line. */
const waysToSend = (sample: { partner: string; file: string }, mail: Email | undefined): string[] => {
  const curl = /^curl .*$/m.exec(mail?.text ?? '')?.[0]?.replace(/-T '[^']*'/, `-T '${sample.file}'`);
  if (curl !== undefined) return [`  Send the sample file as ${sample.partner} would:`, '', `  ${curl}`];
  const link = linkIn(mail);
  return [
    `  Be ${sample.partner}, and open the link of that mail:`,
    '',
    `  ${link}`,
    '',
    '  Or send the sample file from a script:',
    '',
    `  node client/airlock-upload.mjs '${link}' '${sample.file}' --wait`,
  ];
};

/** The first feed that has a good sample beside it. */
const findSample = (feeds: string): { partner: string; feed: string; file: string } | undefined => {
  for (const partner of readdirSync(feeds).sort()) {
    const folder = join(feeds, partner);
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    const sample = names.find((name) => /^[a-z0-9-]+\.good\.\w+$/.test(name));
    if (sample) return { partner, feed: sample.split('.')[0] ?? '', file: join(folder, sample) };
  }
  return undefined;
};
