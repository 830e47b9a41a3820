import type { ApiRequest } from '../core/api/http.ts';
import { jsonAnswer } from '../core/api/http.ts';
import { reissueLink, revokeLinks, waiveRequest } from '../core/operating/intervene.ts';
import { downloadFile, downloadReport, showRequest } from '../core/operating/look-up.ts';
import { openAdHoc } from '../core/operating/open-ad-hoc.ts';
import { answerWith } from './answer.ts';

type Deps = Parameters<typeof openAdHoc>[0] & Parameters<typeof downloadReport>[0] & Parameters<typeof waiveRequest>[0];

const done = { done: true };

/** The routes of operators and systems. Who may call which is API Gateway's to decide, by IAM or by token. */
export const createAnswerOperator = (deps: Deps) =>
  answerWith({
    'POST /requests': async (request) => jsonAnswer(202, await openAdHoc(deps, callerOf(request), request.json())),
    'GET /requests/{requestId}': async ({ parameters }) =>
      jsonAnswer(200, await showRequest(deps, parameters.requestId)),
    'GET /requests/{requestId}/report': async ({ parameters }) =>
      jsonAnswer(200, await downloadReport(deps, parameters.requestId)),
    'GET /requests/{requestId}/file': async ({ parameters }) =>
      jsonAnswer(200, await downloadFile(deps, parameters.requestId)),
    'POST /requests/{requestId}/revoke': async (request) => {
      await revokeLinks(deps, actOf(request));
      return jsonAnswer(200, done);
    },
    'POST /requests/{requestId}/reissue': async (request) => {
      await reissueLink(deps, actOf(request));
      return jsonAnswer(202, done);
    },
    'POST /requests/{requestId}/waive': async (request) => {
      await waiveRequest(deps, actOf(request));
      return jsonAnswer(202, done);
    },
  });

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
