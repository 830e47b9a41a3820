import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { feedJsonSchema } from './feed-schema.ts';

/** `npm run docs`: writes the JSON Schema of feeds for editors. A test holds it against the code. */
writeFileSync(join(import.meta.dirname, '../docs/feed.schema.json'), feedJsonSchema());
