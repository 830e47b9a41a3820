import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type Authenticated, type AwsRequest, type AwsResponse, queryValue } from '../http/request.ts';
import { unescapeXml, type XmlValue } from '../http/xml.ts';
import type { Access } from './access.ts';
import { readVerified, requireIntegrity } from './body.ts';
import type { BucketRecord } from './buckets.ts';
import { type ObjectStore, requireVersionId } from './object-store.ts';
import { xml } from './responses.ts';
import { isGoverned, isLocked } from './retention.ts';
import type { Tagging } from './tagging.ts';

/** DeleteObjects takes so many: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const mostAtOnce = 1000;

interface Parts {
  readonly context: Context;
  readonly objects: ObjectStore;
  readonly access: Access;
  readonly tagging: Tagging;
}

/** What is to be deleted, and what it must be for that. */
interface Asked {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
}

/** What a deletion did. */
interface Deleted {
  readonly versionId?: string;
  /** Made by it, or deleted by it. */
  readonly marker?: string;
}

/** Deletes objects and their versions. */
export class Deletion {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** DeleteObject */
  one(request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated): AwsResponse {
    const asked = { key, versionId: queryValue(request, 'versionId'), ifMatch: request.headers['if-match'] };
    const { versionId, marker } = this.#delete(request, bucket, asked, auth);
    const told = versionId ?? marker;
    return {
      status: 204,
      headers: {
        ...(marker !== undefined && { 'x-amz-delete-marker': 'true' }),
        ...(told !== undefined && { 'x-amz-version-id': told }),
      },
    };
  }

  /** DeleteObjects: each by itself, and what failed is told beside what was done. */
  async many(request: AwsRequest, bucket: BucketRecord, auth: Authenticated): Promise<AwsResponse> {
    requireIntegrity(request);
    const body = (await readVerified(request, auth)).toString('utf8');
    const asked = [...body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, inner = '']) => ({
      key: unescapeXml(/<Key>([^<]*)<\/Key>/.exec(inner)?.[1] ?? ''),
      versionId: /<VersionId>([^<]*)<\/VersionId>/.exec(inner)?.[1],
      ifMatch: unescapeXml(/<ETag>([^<]*)<\/ETag>/.exec(inner)?.[1] ?? '') || undefined,
    }));
    const isWhole = /<\/(\w+:)?Delete>\s*$/.test(body);
    if (!isWhole || asked.length === 0 || asked.length > mostAtOnce || asked.some(({ key }) => key === '')) {
      throw new AwsError(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    }
    const isQuiet = /<Quiet>true<\/Quiet>/.test(body);
    const results = asked.map((one) => ({ ...one, ...this.#outcome(request, bucket, one, auth) }));
    return xml('DeleteResult', {
      Deleted: isQuiet
        ? undefined
        : results.flatMap(({ key, deleted }) => (deleted ? [deletedElement(key, deleted)] : [])),
      Error: results.flatMap(({ key, versionId, error }) =>
        error ? [{ Key: key, VersionId: versionId, Code: error.code, Message: error.message }] : [],
      ),
    });
  }

  #outcome(
    request: AwsRequest,
    bucket: BucketRecord,
    which: Asked,
    auth: Authenticated,
  ): { deleted?: Deleted; error?: AwsError } {
    try {
      return { deleted: this.#delete(request, bucket, which, auth) };
    } catch (error) {
      if (error instanceof AwsError) return { error };
      throw error;
    }
  }

  /** Without a version: a marker, and nothing is lost. With one: for good, unless it is locked. */
  #delete(request: AwsRequest, bucket: BucketRecord, { key, versionId, ifMatch }: Asked, auth: Authenticated): Deleted {
    const { access, objects, tagging } = this.#parts;
    if (versionId !== undefined) requireVersionId(versionId);
    // An entity tag tells about an object that is there, so it takes the right to read it.
    if (ifMatch !== undefined && ifMatch !== '*') access.require(auth, 's3:GetObject', bucket, key, request);
    if (versionId === undefined) {
      access.require(auth, 's3:DeleteObject', bucket, key, request);
      objects.requireMatch(bucket.name, key, ifMatch);
      return { marker: objects.mark(bucket.name, key).versionId };
    }
    access.require(auth, 's3:DeleteObjectVersion', bucket, key, request);
    const version = objects.version(bucket.name, key, versionId);
    if (!version) return { versionId };
    // "Evaluations only apply to the current version" (UserGuide/conditional-deletes.html).
    objects.requireMatch(bucket.name, key, ifMatch);
    if (isLocked(version, this.#parts.context.clock.now())) {
      const bypasses = request.headers['x-amz-bypass-governance-retention'] === 'true';
      if (!bypasses || !isGoverned(version)) {
        throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
      }
      access.require(auth, 's3:BypassGovernanceRetention', bucket, key, request);
    }
    objects.remove(version);
    tagging.set(version, {});
    return { versionId, ...(version.blob === '' && { marker: versionId }) };
  }
}

const deletedElement = (Key: string, { versionId, marker }: Deleted): XmlValue => ({
  Key,
  ...(versionId !== undefined && { VersionId: versionId }),
  ...(marker !== undefined && { DeleteMarker: true, DeleteMarkerVersionId: marker }),
});
