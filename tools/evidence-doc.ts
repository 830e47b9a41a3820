import * as z from 'zod/mini';
import { evidence } from '../core/evidence/pack.ts';

/** The JSON Schema of `evidence.json`. */
export const evidenceJsonSchema = (): string => {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Airlock evidence: what is kept of one run of a feed',
    ...z.toJSONSchema(evidence),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
