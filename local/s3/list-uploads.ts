import { type AwsRequest, queryValue } from '../http/request.ts';
import type { XmlValue } from '../http/xml.ts';
import { behindAll, commonPrefix, encoder, isCommonPrefix } from './list.ts';
import { pageSize } from './multipart-rules.ts';
import type { MultipartUpload } from './multipart-store.ts';
import { byKey } from './object-store.ts';

/** One page of uploads, by key and then by age; grouped where a delimiter is given. */
export const listUploads = (
  all: readonly MultipartUpload[],
  bucket: string,
  request: AwsRequest,
): { readonly [name: string]: XmlValue } => {
  const prefix = queryValue(request, 'prefix') ?? '';
  const delimiter = queryValue(request, 'delimiter') ?? '';
  const keyMarker = queryValue(request, 'key-marker') ?? '';
  const idMarker = keyMarker === '' ? undefined : queryValue(request, 'upload-id-marker');
  const limit = pageSize(request, 'max-uploads');
  const { name, encoding } = encoder(request);
  const left = behind(all, { prefix, delimiter, keyMarker, idMarker });
  const uploads: MultipartUpload[] = [];
  const prefixes: string[] = [];
  let last: { key: string; id?: string } | undefined;
  let isTruncated = false;
  for (const upload of left) {
    const common = commonPrefix(upload.key, prefix, delimiter);
    if (common !== undefined && prefixes.includes(common)) continue;
    isTruncated = uploads.length + prefixes.length === limit;
    if (isTruncated) break;
    if (common === undefined) uploads.push(upload);
    else prefixes.push(common);
    last = common === undefined ? upload : { key: common };
  }
  return {
    Bucket: bucket,
    KeyMarker: name(keyMarker),
    UploadIdMarker: idMarker ?? '',
    ...(isTruncated && last && { NextKeyMarker: name(last.key), NextUploadIdMarker: last.id ?? '' }),
    Prefix: name(prefix),
    ...(delimiter && { Delimiter: name(delimiter) }),
    ...encoding,
    MaxUploads: limit,
    IsTruncated: isTruncated,
    Upload: uploads.map(({ id, key, initiatedAt }) => ({
      Key: name(key),
      UploadId: id,
      Initiator: { ID: 'local' },
      Owner: { ID: 'local' },
      StorageClass: 'STANDARD',
      Initiated: new Date(initiatedAt).toISOString(),
    })),
    CommonPrefixes: prefixes.map((one) => ({ Prefix: name(one) })),
  };
};

interface Markers {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly idMarker: string | undefined;
}

/** What comes behind the markers: of the marker's own key only uploads behind the one that is named. */
const behind = (
  all: readonly MultipartUpload[],
  { prefix, delimiter, keyMarker, idMarker }: Markers,
): MultipartUpload[] => {
  const after = isCommonPrefix(keyMarker, prefix, delimiter) ? `${keyMarker}${behindAll}` : keyMarker;
  const ofKey = all.filter(({ key }) => key === keyMarker);
  const at = ofKey.findIndex(({ id }) => id === idMarker);
  const behindId = new Set(idMarker === undefined || at < 0 ? [] : ofKey.slice(at + 1));
  return all.filter((upload) => {
    const { key } = upload;
    return key.startsWith(prefix) && (byKey(key, after) > 0 || behindId.has(upload));
  });
};
