import * as z from 'zod/mini';
import { feedSource } from '../core/feed-source.ts';

/** The JSON Schema of `feeds/<partner>/<feed>.yaml`, as editors read it. */
export const feedJsonSchema = (): string => {
  const schema = z.toJSONSchema(feedSource, { io: 'input' });
  return `${JSON.stringify({ title: 'Airlock feed', ...schema }, null, 2)}\n`;
};
