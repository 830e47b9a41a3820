import type * as z from 'zod/mini';
import type { rulesAnswer } from '../api/bodies.ts';
import type { Feed } from '../feed.ts';
import { daysOfPeriod } from '../period.ts';
import { type LinkDeps, openLink, progressOf, requireOpen } from './link-access.ts';

/** The rules for a file, so that a page can check all of it before a byte is sent. @throws Problem */
export const showRules = async (
  deps: LinkDeps,
  linkId?: string,
  secret?: string,
): Promise<z.infer<typeof rulesAnswer>> => {
  const link = await openLink(deps, linkId, secret);
  const request = requireOpen(link.request, await progressOf(deps, link, deps.clock.now()));
  const { period } = request;
  return {
    file: toldRules(request.feedConfig.file),
    period: { name: period, ...daysOfPeriod(period, request.feedConfig) },
  };
};

/** What other files say (references) is not for a partner to know, and a feed's own code does not run elsewhere. */
export const toldRules = ({ checks: _, members, ...file }: Feed['file']): Feed['file'] => ({
  ...toldContent(file),
  ...(members && { members: members.map(toldContent) }),
});

const toldContent = <Content extends Pick<Feed['file'], 'schema'>>(content: Content): Content => {
  if (!content.schema) return content;
  const { foreignKeys: _, ...schema } = content.schema;
  return { ...content, schema };
};
