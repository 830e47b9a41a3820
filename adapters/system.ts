import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock, Digest, Ids, Pause } from '../core/ports.ts';
import type { Hasher } from '../core/validation/source.ts';

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

export const pause: Pause = (ms) => setTimeout(ms);

export const randomIds: Ids = { next: () => randomUUID() };

/** Ids of links: short enough for a mail, 72 bits of chance. */
export const randomLinkIds: Ids = { next: () => randomBytes(9).toString('base64url') };

export const sha256: Digest = (text) => createHash('sha256').update(text).digest('hex');

export const createSha256Hasher = (): Hasher => {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
};
