import * as z from 'zod/mini';
import { announcements } from '../core/announcements.ts';

/** The JSON Schema of what the event bus carries, by detail type. */
export const eventsJsonSchema = (): string => {
  const schemas = Object.entries(announcements).map(([name, schema]) => [name, z.toJSONSchema(schema)]);
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Airlock events: the detail of each detail-type; source is "airlock"',
    $defs: Object.fromEntries(schemas),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
