import type { Finding } from '../validation/report-document.ts';

/** Every problem that the API tells: its status and what is wrong in general. A stable `type` each (RFC 9457). */
export const problems = {
  'bad-request': { status: 400, title: 'The request is not as agreed' },
  'link-unknown': { status: 401, title: 'The link is not genuine' },
  'not-offered': { status: 403, title: 'The feed does not offer this' },
  'request-unknown': { status: 404, title: 'There is no such request' },
  'feed-unknown': { status: 404, title: 'There is no such feed' },
  'address-unknown': { status: 404, title: 'There is no such address on the list' },
  'upload-unknown': { status: 404, title: 'There is no such upload' },
  'report-absent': { status: 404, title: 'There is no report' },
  'file-absent': { status: 404, title: 'There is no accepted file' },
  'already-delivered': { status: 409, title: 'A file was delivered before' },
  opening: { status: 409, title: 'The request is being opened' },
  'not-a-delivery-day': { status: 409, title: 'The feed expects nothing for that day' },
  'parts-missing': { status: 409, title: 'Parts of the file are missing' },
  'wrong-state': { status: 409, title: 'The request is not in the state for this' },
  'request-ended': { status: 409, title: 'The request has ended' },
  'link-over': { status: 410, title: 'The link takes no file' },
  'file-refused': { status: 422, title: 'The file would not be accepted' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something broke on our side' },
  unavailable: { status: 503, title: 'A service is not available at the moment' },
} as const;
export type ProblemName = keyof typeof problems;

/** `urn:airlock:problem:link-over`: never changes, whatever the words do. */
export const problemType = (name: ProblemName): string => `urn:airlock:problem:${name}`;

/** Members beside those of RFC 9457. */
interface Members {
  readonly state?: string;
  readonly findings?: readonly Finding[];
  readonly missing?: readonly number[];
  readonly retryAfterSeconds?: number;
}

/** What the API answers instead of a result. The detail says got, allowed, fix. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly members: Members;

  constructor(problem: ProblemName, detail: string, members: Members = {}) {
    super(detail);
    this.problem = problem;
    this.members = members;
  }
}
