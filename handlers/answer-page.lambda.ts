import { join } from 'node:path';
import { createBundledPage } from '../adapters/bundled-page.ts';
import { uploadOriginOf } from '../adapters/presign.ts';
import { pageFolder } from '../core/environment.ts';
import { createAnswerPage } from './answer-page.ts';
import { httpLambda, lambdaVariable, setting } from './wiring.ts';

export const handler = httpLambda(
  createAnswerPage({
    files: createBundledPage(join(lambdaVariable('LAMBDA_TASK_ROOT'), pageFolder)),
    uploadOrigin: uploadOriginOf(lambdaVariable('AWS_REGION'), setting('landingBucket')),
  }),
);
