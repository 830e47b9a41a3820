import type { Journal } from '../journal.ts';
import { Registry } from '../registry.ts';
import type { StoredObject } from './object-store.ts';

export type Tags = Readonly<Record<string, string>>;

type Version = Pick<StoredObject, 'bucket' | 'key' | 'versionId'>;

/** Tags of versions: they change while the version does not. */
export class Tagging {
  readonly #tags: Registry<Tags>;

  constructor(journal: Journal) {
    this.#tags = new Registry(journal, 'object-tags');
  }

  of(version: Version): Tags {
    return this.#tags.get(nameOf(version)) ?? {};
  }

  /** Takes the place of all that were there. */
  set(version: Version, tags: Tags): void {
    if (Object.keys(tags).length === 0) this.#tags.delete(nameOf(version));
    else this.#tags.put(nameOf(version), tags);
  }
}

const nameOf = ({ bucket, key, versionId }: Version): string => `${bucket}/${key}?${versionId}`;
