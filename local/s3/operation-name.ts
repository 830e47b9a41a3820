import { type AwsRequest, queryValue } from '../http/request.ts';
import { targetOf } from './address.ts';

/** The API's name of what a request asks for: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export const operationOf = (request: AwsRequest): string => {
  const { method, headers } = request;
  const asks = (name: string) => queryValue(request, name) !== undefined;
  const { bucket, key } = targetOf(request);
  if (bucket === '') return 'ListBuckets';
  if (key === '') {
    if (asks('versions')) return 'ListObjectVersions';
    if (asks('uploads')) return 'ListMultipartUploads';
    if (method === 'POST') return asks('delete') ? 'DeleteObjects' : 'PostObject';
    if (method === 'HEAD') return 'HeadBucket';
    return asks('list-type') ? 'ListObjectsV2' : 'ListObjects';
  }
  if (asks('uploads')) return 'CreateMultipartUpload';
  if (asks('uploadId'))
    return { PUT: 'UploadPart', GET: 'ListParts', DELETE: 'AbortMultipartUpload' }[method] ?? 'CompleteMultipartUpload';
  if (asks('tagging')) return 'GetObjectTagging';
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject';
  return { GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
};
