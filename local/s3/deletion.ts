import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { type Authenticated, type AwsRequest, type AwsResponse, queryValue, readBody } from '../http/request.ts';
import type { XmlValue } from '../http/xml.ts';
import type { Access } from './access.ts';
import type { BucketRecord } from './buckets.ts';
import type { ObjectStore } from './object-store.ts';
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
    const { versionId, marker } = this.#delete(
      request,
      bucket,
      { key, versionId: queryValue(request, 'versionId') },
      auth,
    );
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
    const body = (await readBody(request.body)).toString('utf8');
    const asked = [...body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, inner = '']) => ({
      key: unescapeXml(/<Key>([^<]*)<\/Key>/.exec(inner)?.[1] ?? ''),
      versionId: /<VersionId>([^<]*)<\/VersionId>/.exec(inner)?.[1],
    }));
    if (asked.length === 0 || asked.length > mostAtOnce || asked.some(({ key }) => key === '')) {
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
    which: { key: string; versionId: string | undefined },
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
  #delete(
    request: AwsRequest,
    bucket: BucketRecord,
    { key, versionId }: { key: string; versionId: string | undefined },
    auth: Authenticated,
  ): Deleted {
    const { access, objects, tagging } = this.#parts;
    if (versionId === undefined) {
      access.require(auth, 's3:DeleteObject', bucket, key, request);
      return { marker: objects.mark(bucket.name, key).versionId };
    }
    access.require(auth, 's3:DeleteObjectVersion', bucket, key, request);
    const version = objects.version(bucket.name, key, versionId);
    if (!version) return { versionId };
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

const unescapeXml = (text: string): string =>
  text
    .replaceAll(/&#(x[0-9a-f]+|\d+);/gi, (_, code: string) =>
      String.fromCodePoint(Number(code.startsWith('x') ? `0${code}` : code)),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
