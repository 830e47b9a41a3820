import type * as z from 'zod/mini';
import * as bodies from './bodies.ts';
import type { ProblemName } from './problems.ts';

/** Who may call a route: whoever holds the link's secret, an operator or system (IAM or JWT), anybody. */
export type Audience = 'partner' | 'operator' | 'anybody';

/** One operation of the API. */
export interface Route {
  readonly audience: Audience;
  /** Unique; names it in the OpenAPI document. */
  readonly operation: string;
  readonly summary: string;
  readonly body?: z.ZodMiniType;
  readonly status: number;
  /** Undefined for what is not JSON. */
  readonly answer?: z.ZodMiniType;
  readonly problems: readonly ProblemName[];
  /** Requests a second, for all callers together. */
  readonly perSecond: number;
}

const link = ['link-unknown', 'link-over', 'opening', 'too-many-requests'] as const satisfies readonly ProblemName[];

// biome-ignore format: a table is read by its lines
/**
 * Every route there is: infra/ makes them, the handlers answer them, docs/openapi.json publishes them. Authorisation of
 * operators is API Gateway's, that of links is the secret in `Authorization: Bearer`.
 */
export const routes = {
  'GET /u/{linkId}': { audience: 'anybody', operation: 'showPage', summary: 'The page behind a link. Reads nothing, changes nothing.', status: 200, problems: [], perSecond: 50 },
  'GET /assets/{name}': { audience: 'anybody', operation: 'showAsset', summary: 'Script and style of the page.', status: 200, problems: [], perSecond: 100 },
  'GET /links/{linkId}': { audience: 'partner', operation: 'showLink', summary: 'What is expected, until when, and what became of it. Changes nothing.', status: 200, answer: bodies.linkAnswer, problems: [...link], perSecond: 50 },
  'GET /links/{linkId}/rules': { audience: 'partner', operation: 'showRules', summary: 'The rules for the file, to check all of it before it is sent.', status: 200, answer: bodies.rulesAnswer, problems: [...link, 'already-delivered'], perSecond: 20 },
  'GET /links/{linkId}/report/{file}': { audience: 'partner', operation: 'downloadLinkReport', summary: 'A URL of what was found in the file that was sent: report.en.html, report.de.html, report.en.csv, report.de.csv.', status: 200, answer: bodies.downloadAnswer, problems: [...link, 'report-absent'], perSecond: 20 },
  'POST /links/{linkId}/opening': { audience: 'partner', operation: 'noteOpening', summary: 'Says that somebody has the page of the link before them. Kept once, for the evidence.', status: 202, answer: bodies.doneAnswer, problems: [...link], perSecond: 20 },
  'POST /links/{linkId}/check': { audience: 'partner', operation: 'checkFile', summary: 'Findings about a file before it is sent, by its first bytes.', body: bodies.checkBody, status: 200, answer: bodies.findingsAnswer, problems: [...link, 'bad-request'], perSecond: 20 },
  'POST /links/{linkId}/uploads': { audience: 'partner', operation: 'startUpload', summary: 'Mints a URL for exactly this file, or a plan for its parts; the same file goes on where it stopped.', body: bodies.uploadBody, status: 201, answer: bodies.uploadAnswer, problems: [...link, 'bad-request', 'file-refused', 'already-delivered'], perSecond: 20 },
  'GET /links/{linkId}/uploads/{uploadId}': { audience: 'partner', operation: 'listParts', summary: 'The parts that arrived.', status: 200, answer: bodies.receivedAnswer, problems: [...link, 'upload-unknown'], perSecond: 20 },
  'POST /links/{linkId}/uploads/{uploadId}/parts': { audience: 'partner', operation: 'signParts', summary: 'URLs for parts, each for exactly these bytes; ask again when one has ended.', body: bodies.partsBody, status: 200, answer: bodies.partsAnswer, problems: [...link, 'bad-request', 'upload-unknown'], perSecond: 100 },
  'POST /links/{linkId}/uploads/{uploadId}/complete': { audience: 'partner', operation: 'completeUpload', summary: 'Makes one file of the parts. Safe to repeat.', body: bodies.completeBody, status: 200, answer: bodies.receiptAnswer, problems: [...link, 'bad-request', 'upload-unknown', 'parts-missing', 'already-delivered'], perSecond: 20 },
  'DELETE /links/{linkId}/uploads/{uploadId}': { audience: 'partner', operation: 'abortUpload', summary: 'Gives an upload in parts up.', status: 200, answer: bodies.doneAnswer, problems: [...link, 'upload-unknown'], perSecond: 20 },
  'POST /links/{linkId}/nothing-to-deliver': { audience: 'partner', operation: 'declareNothing', summary: 'Says that there is nothing to deliver; the owner confirms.', body: bodies.reasonBody, status: 202, answer: bodies.doneAnswer, problems: [...link, 'bad-request', 'not-offered'], perSecond: 5 },
  'POST /links/{linkId}/renewal': { audience: 'partner', operation: 'askForNewLink', summary: 'Asks the owner for a new link, where this one takes no file any more.', status: 202, answer: bodies.doneAnswer, problems: [...link], perSecond: 5 },
  'POST /requests': { audience: 'operator', operation: 'openRequest', summary: 'Asks for a delivery now. Answers with a link of the caller’s own.', body: bodies.openBody, status: 202, answer: bodies.openAnswer, problems: ['bad-request', 'feed-unknown', 'request-ended', 'not-a-delivery-day'], perSecond: 10 },
  'GET /requests': { audience: 'operator', operation: 'listRequests', summary: 'Requests that are due on a date (UTC): `dueOn`, and `after` for the next page.', status: 200, answer: bodies.requestsAnswer, problems: ['bad-request'], perSecond: 5 },
  'GET /requests/{requestId}/timeline': { audience: 'operator', operation: 'showTimeline', summary: 'All that happened, in order, and what is planned.', status: 200, answer: bodies.timelineAnswer, problems: ['request-unknown'], perSecond: 20 },
  'GET /requests/{requestId}': { audience: 'operator', operation: 'showRequest', summary: 'Status and outcome.', status: 200, answer: bodies.requestAnswer, problems: ['request-unknown'], perSecond: 50 },
  'GET /requests/{requestId}/report': { audience: 'operator', operation: 'downloadReport', summary: 'A URL of the newest findings report.', status: 200, answer: bodies.downloadAnswer, problems: ['request-unknown', 'report-absent'], perSecond: 20 },
  'GET /requests/{requestId}/file': { audience: 'operator', operation: 'downloadFile', summary: 'A URL of the accepted file.', status: 200, answer: bodies.downloadAnswer, problems: ['request-unknown', 'file-absent'], perSecond: 20 },
  'POST /requests/{requestId}/revoke': { audience: 'operator', operation: 'revokeLinks', summary: 'Ends every link that is out. URLs that were minted before live their 15 minutes.', body: bodies.reasonBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended', 'not-offered'], perSecond: 5 },
  'POST /requests/{requestId}/reissue': { audience: 'operator', operation: 'reissueLink', summary: 'Has the partner mailed a new link.', body: bodies.reasonBody, status: 202, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended'], perSecond: 5 },
  'POST /requests/{requestId}/waive': { audience: 'operator', operation: 'waiveRequest', summary: 'Excuses the partner: there is nothing to deliver.', body: bodies.reasonBody, status: 202, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended'], perSecond: 5 },
  'POST /requests/{requestId}/accept': { audience: 'operator', operation: 'acceptUpload', summary: 'Accepts a file that the rules rejected for the last time.', body: bodies.reasonBody, status: 202, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended', 'wrong-state'], perSecond: 5 },
  'POST /requests/{requestId}/extend': { audience: 'operator', operation: 'extendRequest', summary: 'Gives the partner more time: due, reminders, escalations and close move.', body: bodies.extendBody, status: 202, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended', 'wrong-state', 'not-offered'], perSecond: 5 },
  'POST /requests/{requestId}/acknowledge': { audience: 'operator', operation: 'acknowledgeRequest', summary: 'Takes a late request on: the escalations to come alarm nobody more.', body: bodies.reasonBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended'], perSecond: 5 },
  'POST /requests/{requestId}/snooze': { audience: 'operator', operation: 'snoozeRequest', summary: 'The same, until a time.', body: bodies.extendBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'request-ended'], perSecond: 5 },
  'POST /requests/{requestId}/reopen': { audience: 'operator', operation: 'reopenRequest', summary: 'Asks once more for a period that has ended: a correction, or what was missed.', body: bodies.reasonBody, status: 202, answer: bodies.reopenAnswer, problems: ['bad-request', 'request-unknown', 'wrong-state'], perSecond: 5 },
  'POST /requests/{requestId}/redrive': { audience: 'operator', operation: 'redriveRequest', summary: 'Runs the execution on from the state that it failed at by a fault of ours.', body: bodies.reasonBody, status: 202, answer: bodies.doneAnswer, problems: ['bad-request', 'request-unknown', 'wrong-state'], perSecond: 5 },
  'GET /feeds': { audience: 'operator', operation: 'listFeeds', summary: 'Every feed, and which are paused.', status: 200, answer: bodies.feedsAnswer, problems: [], perSecond: 2 },
  'GET /feeds/{partner}/{feed}': { audience: 'operator', operation: 'showFeed', summary: 'How a feed has done: its newest 60 requests, and their punctuality.', status: 200, answer: bodies.feedAnswer, problems: ['feed-unknown'], perSecond: 5 },
  'POST /feeds/{partner}/{feed}/pause': { audience: 'operator', operation: 'pauseFeed', summary: 'Opens no more requests of a feed, until a time or until it is resumed.', body: bodies.pauseBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'feed-unknown'], perSecond: 5 },
  'POST /feeds/{partner}/{feed}/resume': { audience: 'operator', operation: 'resumeFeed', summary: 'Opens its requests again.', body: bodies.reasonBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'feed-unknown', 'wrong-state'], perSecond: 5 },
  'GET /addresses': { audience: 'operator', operation: 'listDeadAddresses', summary: 'Contacts whose mail came back: they are passed over until cleared.', status: 200, answer: bodies.addressesAnswer, problems: [], perSecond: 2 },
  'POST /addresses/{person}/clear': { audience: 'operator', operation: 'clearAddress', summary: 'Mail goes to this contact again.', body: bodies.reasonBody, status: 200, answer: bodies.doneAnswer, problems: ['bad-request', 'address-unknown'], perSecond: 5 },
} as const satisfies Record<string, Route>;

export type RouteKey = keyof typeof routes;
const isRouteKey = (key: string): key is RouteKey => key in routes;
export const routeKeys = Object.keys(routes).filter(isRouteKey);

/** The routes of an audience. */
export const routesOf = (audience: Audience): RouteKey[] =>
  routeKeys.filter((key) => routes[key].audience === audience);

/** What a token must say to call a route; resource server `airlock` in Cognito. */
export const scopeOf = (key: RouteKey): string => (key.startsWith('GET ') ? 'airlock/read' : 'airlock/write');
