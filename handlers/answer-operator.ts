import type { ApiRequest } from '../core/api/http.ts';
import { jsonAnswer } from '../core/api/http.ts';
import { clearAddress, listDeadAddresses } from '../core/operating/addresses.ts';
import { showFeed } from '../core/operating/feed-record.ts';
import { listFeeds, pauseFeed, resumeFeed } from '../core/operating/feeds.ts';
import {
  acceptUpload,
  extendRequest,
  quietRequest,
  reissueLink,
  revokeLinks,
  waiveRequest,
} from '../core/operating/intervene.ts';
import { listRequests, showTimeline } from '../core/operating/look-around.ts';
import { downloadFile, downloadReport, showRequest } from '../core/operating/look-up.ts';
import { openAdHoc } from '../core/operating/open-ad-hoc.ts';
import { redriveRequest } from '../core/operating/redrive.ts';
import { reopenRequest } from '../core/operating/reopen.ts';
import { answerWith } from './answer.ts';

type Deps = Parameters<typeof openAdHoc>[0] &
  Parameters<typeof downloadReport>[0] &
  Parameters<typeof waiveRequest>[0] &
  Parameters<typeof reopenRequest>[0] &
  Parameters<typeof redriveRequest>[0];

/** Takes an order that the workflow carries out: it is accepted, not done yet. */
const ordered =
  (deps: Deps, order: (deps: Deps, act: ReturnType<typeof actOf>) => Promise<void>) => async (request: ApiRequest) => {
    await order(deps, actOf(request));
    return jsonAnswer(202, done);
  };

const done = { done: true };

/** The routes of operators and systems. Who may call which is API Gateway's to decide, by IAM or by token. */
export const createAnswerOperator = (deps: Deps) =>
  answerWith(
    {
      'POST /requests': async (request) => jsonAnswer(202, await openAdHoc(deps, callerOf(request), request.json())),
      'GET /requests/{requestId}': async ({ parameters }) =>
        jsonAnswer(200, await showRequest(deps, parameters.requestId)),
      'GET /requests/{requestId}/report': async ({ parameters }) =>
        jsonAnswer(200, await downloadReport(deps, parameters.requestId)),
      'GET /requests/{requestId}/file': async ({ parameters }) =>
        jsonAnswer(200, await downloadFile(deps, parameters.requestId)),
      'GET /requests/{requestId}/timeline': async ({ parameters }) =>
        jsonAnswer(200, await showTimeline(deps, parameters.requestId)),
      'GET /requests': async ({ query }) => jsonAnswer(200, await listRequests(deps, query)),
      'POST /requests/{requestId}/revoke': async (request) => {
        await revokeLinks(deps, actOf(request));
        return jsonAnswer(200, done);
      },
      'POST /requests/{requestId}/reissue': ordered(deps, reissueLink),
      'POST /requests/{requestId}/waive': ordered(deps, waiveRequest),
      'POST /requests/{requestId}/accept': ordered(deps, acceptUpload),
      'POST /requests/{requestId}/extend': ordered(deps, extendRequest),
      'POST /requests/{requestId}/redrive': ordered(deps, redriveRequest),
      'POST /requests/{requestId}/acknowledge': async (request) => {
        await quietRequest(deps, actOf(request), 'acknowledge');
        return jsonAnswer(200, done);
      },
      'POST /requests/{requestId}/snooze': async (request) => {
        await quietRequest(deps, actOf(request), 'snooze');
        return jsonAnswer(200, done);
      },
      'POST /requests/{requestId}/reopen': async (request) => {
        const generation = await reopenRequest(deps, actOf(request));
        return jsonAnswer(202, { requestId: request.parameters.requestId, generation });
      },
      'GET /feeds': async () => jsonAnswer(200, await listFeeds(deps)),
      'GET /feeds/{partner}/{feed}': async ({ parameters }) => jsonAnswer(200, await showFeed(deps, parameters)),
      'POST /feeds/{partner}/{feed}/pause': async (request) => {
        await pauseFeed(deps, feedActOf(request));
        return jsonAnswer(200, done);
      },
      'POST /feeds/{partner}/{feed}/resume': async (request) => {
        await resumeFeed(deps, feedActOf(request));
        return jsonAnswer(200, done);
      },
      'GET /addresses': async () => jsonAnswer(200, await listDeadAddresses(deps)),
      'POST /addresses/{person}/clear': async (request) => {
        await clearAddress(deps, { ...actOf(request), id: request.parameters.person });
        return jsonAnswer(200, done);
      },
    },
    callerOf,
  );

/** Without a caller the route was deployed without its authorizer. */
const callerOf = ({ caller }: ApiRequest): string => {
  if (caller === undefined) throw new Error('an operator’s route was called by nobody: it must have an authorizer');
  return caller;
};

const actOf = (request: ApiRequest) => ({
  id: request.parameters.requestId,
  caller: callerOf(request),
  body: request.json(),
});

const feedActOf = (request: ApiRequest) => ({
  feed: request.parameters,
  caller: callerOf(request),
  body: request.json(),
});
