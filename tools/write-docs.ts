import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsJsonSchema } from './events-doc.ts';
import { evidenceJsonSchema } from './evidence-doc.ts';
import { feedJsonSchema } from './feed-schema.ts';
import { openApiDocument } from './openapi.ts';
import { rulesDocument } from './rules-doc.ts';
import { scaleDocument } from './scale/scale-doc.ts';

const docs = join(import.meta.dirname, '../docs');

/** `npm run docs`: writes the JSON Schemas, the document of the API, the rules for files and what many partners meet. A test holds them against the
 * code. */
writeFileSync(join(docs, 'feed.schema.json'), feedJsonSchema());
writeFileSync(join(docs, 'events.schema.json'), eventsJsonSchema());
writeFileSync(join(docs, 'evidence.schema.json'), evidenceJsonSchema());
writeFileSync(join(docs, 'openapi.json'), openApiDocument());
writeFileSync(join(docs, 'rules.md'), rulesDocument());
writeFileSync(join(docs, 'scale.md'), scaleDocument());
