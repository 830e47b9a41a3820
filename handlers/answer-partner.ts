import type { ApiRequest } from '../core/api/http.ts';
import { jsonAnswer } from '../core/api/http.ts';
import type { Downloads } from '../core/ports.ts';
import { checkFile } from '../core/uploading/check-file.ts';
import { abortUpload, completeUpload, listParts, signParts } from '../core/uploading/continue-upload.ts';
import { downloadLinkReport } from '../core/uploading/download-report.ts';
import { openLink } from '../core/uploading/link-access.ts';
import { noteOpening } from '../core/uploading/note-opening.ts';
import { showLink } from '../core/uploading/show-link.ts';
import { showRules } from '../core/uploading/show-rules.ts';
import { askForNewLink, declareNothing, type SpeakUpDeps } from '../core/uploading/speak-up.ts';
import { startUpload, type UploadDeps } from '../core/uploading/start-upload.ts';
import { answerWith } from './answer.ts';

const done = { done: true };

/** Every route behind a link, for a partner's page or script. Each proves the link's secret before it reads anything. */
export const createAnswerPartner = (deps: UploadDeps & SpeakUpDeps & { readonly downloads: Downloads }) =>
  answerWith({
    'GET /links/{linkId}': async ({ parameters, bearer }) =>
      jsonAnswer(200, await showLink(deps, parameters.linkId, bearer)),
    'GET /links/{linkId}/rules': async ({ parameters, bearer }) =>
      jsonAnswer(200, await showRules(deps, parameters.linkId, bearer)),
    'GET /links/{linkId}/report/{file}': async ({ parameters, bearer }) =>
      jsonAnswer(200, await downloadLinkReport(deps, parameters.linkId, bearer, parameters.file)),
    'POST /links/{linkId}/opening': async ({ parameters, bearer, visitor }) => {
      await noteOpening(deps, await openLink(deps, parameters.linkId, bearer), visitor);
      return jsonAnswer(202, done);
    },
    'POST /links/{linkId}/check': async ({ parameters, bearer, json }) =>
      jsonAnswer(200, await checkFile(deps, parameters.linkId, bearer, json())),
    'POST /links/{linkId}/uploads': async ({ parameters, bearer, visitor, json }) =>
      jsonAnswer(201, await startUpload(deps, parameters.linkId, bearer, json(), visitor)),
    'GET /links/{linkId}/uploads/{uploadId}': async (request) => jsonAnswer(200, await listParts(deps, which(request))),
    'POST /links/{linkId}/uploads/{uploadId}/parts': async (request) =>
      jsonAnswer(200, await signParts(deps, which(request), request.json())),
    'POST /links/{linkId}/uploads/{uploadId}/complete': async (request) =>
      jsonAnswer(200, await completeUpload(deps, which(request), request.json())),
    'DELETE /links/{linkId}/uploads/{uploadId}': async (request) => {
      await abortUpload(deps, which(request));
      return jsonAnswer(200, done);
    },
    'POST /links/{linkId}/nothing-to-deliver': async ({ parameters, bearer, json }) => {
      await declareNothing(deps, parameters.linkId, bearer, json());
      return jsonAnswer(202, done);
    },
    'POST /links/{linkId}/renewal': async ({ parameters, bearer }) => {
      await askForNewLink(deps, parameters.linkId, bearer);
      return jsonAnswer(202, done);
    },
  });

const which = ({ parameters, bearer }: ApiRequest) => ({
  linkId: parameters.linkId,
  secret: bearer,
  uploadId: parameters.uploadId,
});
