import { AwsError } from '../errors.ts';
import type { Authenticated, AwsRequest, AwsResponse } from '../http/request.ts';
import { xmlDocument } from '../http/xml.ts';
import type { Authenticator } from '../identity/authenticate.ts';
import { receiveBody } from './body.ts';
import type { BucketRecord } from './buckets.ts';
import { type Form, readForm } from './form.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { checkPolicy, type Fields, type SizeRange } from './post-policy.ts';
import { keptHeaders, writtenHeaders, xmlType } from './responses.ts';
import { requireChecksum } from './retention.ts';

/** What a form upload needs of the S3 that it is a part of. */
interface Parts {
  readonly objects: ObjectStore;
  readonly authenticator: Authenticator;
  readonly now: () => number;
  readonly requireWrite: (request: AwsRequest, bucket: BucketRecord, key: string, auth: Authenticated) => void;
  readonly refuseHeaders: (headers: AwsRequest['headers']) => void;
  readonly commit: (
    request: AwsRequest,
    bucket: BucketRecord,
    key: string,
    auth: Authenticated,
    object: Pick<StoredObject, 'blob' | 'size' | 'etag' | 'headers' | 'checksums'>,
  ) => StoredObject;
}

/** Uploads by a form in a browser: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export class PostObject {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws AwsError as S3 would answer; nothing is kept of a file that is refused */
  async handle(request: AwsRequest, bucket: BucketRecord): Promise<AwsResponse> {
    requireFormType(request);
    const form = await readForm(request);
    const fields = withFileName(form);
    const key = fields.key || missing('key');
    const { auth, range } = this.#authenticate({ ...fields, key, bucket: bucket.name });
    const headers = headersOf(fields);
    this.#parts.refuseHeaders(headers);
    const put: AwsRequest = { ...request, headers, body: range ? within(range, form.file) : form.file };
    this.#parts.requireWrite(put, bucket, key, auth);
    requireChecksum(bucket, put);
    const { blob, size, md5, checksums } = await receiveBody(put, auth, this.#parts.objects);
    const stored = this.#parts.commit(put, bucket, key, auth, {
      ...{ blob, size, etag: md5, headers: keptHeaders(headers), checksums },
    });
    return answer(request, fields, bucket, stored);
  }

  /** Without a policy nobody has signed anything: then it is whoever the bucket lets write. */
  #authenticate(fields: Fields): { auth: Authenticated; range?: SizeRange | undefined } {
    const { authenticator, now } = this.#parts;
    const { policy } = fields;
    if (policy === undefined) {
      return {
        auth: { principal: { kind: 'anonymous' }, payloadHash: 'UNSIGNED-PAYLOAD', via: 'none', service: 's3' },
      };
    }
    const get = (name: string): string => fields[name] ?? missing(name);
    const auth = authenticator.authenticatePolicy({
      algorithm: get('x-amz-algorithm'),
      credential: get('x-amz-credential'),
      amzDate: get('x-amz-date'),
      signature: get('x-amz-signature'),
      token: fields['x-amz-security-token'],
      policy,
    });
    return { auth, range: checkPolicy(policy, fields, now()) };
  }
}

const requireFormType = ({ headers }: AwsRequest): void => {
  if (headers['content-type']?.startsWith('multipart/form-data')) return;
  throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: 'Bucket POST must be of the enclosure-type multipart/form-data',
  });
};

const missing = (name: string): never => {
  const order = 'If it is specified, please check the order of the fields.';
  throw new AwsError('InvalidArgument', `Bucket POST must contain a field named '${name}'.  ${order}`, 400, {
    ArgumentName: name,
    ArgumentValue: '',
  });
};

/** `${filename}` stands in any field for the name that the sender's file has, without the folders before it. */
const withFileName = ({ fields, fileName }: Form): Record<string, string> => {
  const name = fileName.split(/[/\\]/).at(-1) ?? '';
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      field === 'policy' ? value : value.replaceAll(`\${filename}`, () => name),
    ]),
  );
};

/** Fields that a PUT would send as headers. */
const headersOf = (fields: Fields): Record<string, string> => {
  const plain = [
    'content-type',
    'content-disposition',
    'content-encoding',
    'content-language',
    'cache-control',
    'expires',
  ];
  const isHeader = (name: string): boolean =>
    plain.includes(name) ||
    name === 'content-md5' ||
    (/^x-amz-/.test(name) && !/^x-amz-(signature|algorithm|credential|date|security-token)$/.test(name));
  const headers = Object.fromEntries(Object.entries(fields).filter(([name]) => isHeader(name)));
  const { acl, tagging } = fields;
  return {
    ...headers,
    ...(acl !== undefined && { 'x-amz-acl': acl }),
    ...(tagging !== undefined && { 'x-amz-tagging': tagging }),
  };
};

/** The file, as long as it is as large as the policy says. What is too large is counted to its end, and not kept. */
async function* within({ min, max }: SizeRange, file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of file) {
    size += chunk.length;
    if (size <= max) yield chunk;
  }
  if (size > max) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: String(size),
      MaxSizeAllowed: String(max),
    });
  }
  if (size < min) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ProposedSize: String(size),
      MinSizeAllowed: String(min),
    });
  }
}

/** As the form asks: a redirect, 200, 201 with a document, or nothing to read. */
const answer = (request: AwsRequest, fields: Fields, bucket: BucketRecord, stored: StoredObject): AwsResponse => {
  const { host = '' } = request.headers;
  const path = stored.key.split('/').map(encodeURIComponent).join('/');
  const location = `http://${host}/${host.startsWith(`${bucket.name}.`) ? '' : `${bucket.name}/`}${path}`;
  const headers = { ...writtenHeaders(bucket, stored), location };
  const target = redirect(fields.success_action_redirect ?? fields.redirect, stored);
  if (target !== undefined) return { status: 303, headers: { ...headers, location: target } };
  if (fields.success_action_status === '200') return { status: 200, headers };
  if (fields.success_action_status !== '201') return { status: 204, headers };
  const body = xmlDocument('PostResponse', {
    Location: location,
    Bucket: bucket.name,
    Key: stored.key,
    ETag: `"${stored.etag}"`,
  });
  return { status: 201, headers: { ...headers, ...xmlType }, body };
};

/** A redirect that cannot be understood is as good as none. */
const redirect = (to: string | undefined, { bucket, key, etag }: StoredObject): string | undefined => {
  if (to === undefined || !URL.canParse(to)) return undefined;
  const url = new URL(to);
  for (const [name, value] of Object.entries({ bucket, key, etag: `"${etag}"` })) url.searchParams.append(name, value);
  return url.href;
};
