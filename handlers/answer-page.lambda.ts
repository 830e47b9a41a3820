import { createBundledPage } from '../adapters/bundled-page.ts';
import { uploadOriginOf } from '../adapters/presign.ts';
import { pageFolder } from '../core/environment.ts';
import { createAnswerPage } from './answer-page.ts';
import { bundledFolder, httpLambda, lambdaVariable, setting } from './wiring.ts';

export const handler = httpLambda(
  createAnswerPage({
    files: createBundledPage(bundledFolder(pageFolder)),
    uploadOrigin: uploadOriginOf(lambdaVariable('AWS_REGION'), setting('landingBucket')),
  }),
);
