import { problemType } from '../../core/api/problems.ts';
import { type Check, verdict } from './check.ts';

/** A link of the right form that nobody was ever given. */
const linkId = 'doctor______';
const secret = 'A'.repeat(43);

const redeploy = 'look into the log of the function, and deploy the stack again';

/** Opens the partners' page and knocks with a link that is none: the page must come, and the link must be refused. */
export const page: Check = async ({ deployment: { pageUrl } }) => {
  const shown = await fetch(`${pageUrl}/u/${linkId}`);
  const policy = shown.headers.get('content-security-policy') ?? '';
  const knocked = await fetch(`${pageUrl}/links/${linkId}`, { headers: { authorization: `Bearer ${secret}` } });
  const { type }: { type?: string } = JSON.parse(await knocked.text());
  return [
    verdict(
      shown.status === 200 && policy.includes("default-src 'none'"),
      `the partners' page is at ${pageUrl}`,
      `the partners' page answered ${shown.status}`,
      redeploy,
    ),
    verdict(
      type === problemType('link-unknown'),
      'a link that is none is refused',
      `a link that is none was answered ${knocked.status} ${type ?? ''}`,
      redeploy,
    ),
  ];
};
