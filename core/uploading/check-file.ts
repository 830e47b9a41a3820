import type * as z from 'zod/mini';
import { checkBody, type findingsAnswer } from '../api/bodies.ts';
import { parseBody } from '../api/parse-body.ts';
import { headBytes } from '../validation/head.ts';
import { type LinkDeps, openLink, progressOf, requireOpen } from './link-access.ts';

/** Findings about a file before it is sent: the rules of the feed, over its first bytes. @throws Problem */
export const checkFile = async (
  deps: LinkDeps,
  linkId: string | undefined,
  secret: string | undefined,
  body: unknown,
): Promise<z.infer<typeof findingsAnswer>> => {
  const link = await openLink(deps, linkId, secret);
  const { head, ...declared } = parseBody(checkBody, body);
  const request = requireOpen(link.request, await progressOf(deps, link, deps.clock.now()));
  const bytes = Uint8Array.from(atob(head), (one) => one.charCodeAt(0)).subarray(0, headBytes);
  // The engine is a third of this function's code, and few ask for it: it is loaded when somebody does.
  const { checkHead } = await import('#check-head');
  return { findings: await checkHead(declared, bytes, request.feedConfig.file) };
};
