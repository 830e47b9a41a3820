import type * as z from 'zod/mini';
import { InvalidInput } from '../errors.ts';
import { parse } from '../parse.ts';
import { Problem } from './problems.ts';

/** @throws Problem bad-request naming path and expectation */
export const parseBody = <T>(schema: z.ZodMiniType<T>, body: unknown): T => {
  try {
    return parse(schema, body, 'the body');
  } catch (error) {
    if (error instanceof InvalidInput) throw new Problem('bad-request', `${error.message}; see docs/openapi.json`);
    throw error;
  }
};
