import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { feedJsonSchema } from './feed-schema.ts';
import { openApiDocument } from './openapi.ts';

const docs = join(import.meta.dirname, '../docs');

/** `npm run docs`: writes the JSON Schema of feeds and the document of the API. A test holds both against the code. */
writeFileSync(join(docs, 'feed.schema.json'), feedJsonSchema());
writeFileSync(join(docs, 'openapi.json'), openApiDocument());
