import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import { type AwsRequest, queryValue } from '../http/request.ts';
import { type ChecksumName, checksumNames, isChecksumName } from './checksums.ts';
import type { MultipartUpload, StoredPart } from './multipart-store.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxParts = 10_000;
const leastPartBytes = 5 * 2 ** 20;

/** What every part must carry a checksum of. @throws AwsError for a name that S3 does not know */
export const algorithmOf = ({ headers }: AwsRequest): ChecksumName | undefined => {
  const name = headers['x-amz-checksum-algorithm']?.toLowerCase();
  if (name === undefined || isChecksumName(name)) return name;
  throw new AwsError(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html: the SHAs only compose. */
export const checksumTypeOf = (
  algorithm: ChecksumName | undefined,
  asked: string | undefined,
): MultipartUpload['checksumType'] => {
  const type = asked ?? (algorithm === undefined || algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible =
    type === 'COMPOSITE'
      ? algorithm !== 'crc64nvme' && algorithm !== undefined
      : type === 'FULL_OBJECT' && !algorithm?.startsWith('sha');
  if (isPossible && (type === 'COMPOSITE' || type === 'FULL_OBJECT')) return type;
  throw new AwsError(
    'InvalidRequest',
    `The ${type} checksum type cannot be used with the ${algorithm ?? 'crc64nvme'} checksum algorithm.`,
  );
};

/** @throws AwsError InvalidArgument */
export const partNumber = (text = ''): number => {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= maxParts) return number;
  throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${maxParts}, inclusive`, 400, {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
};

/** Parts, or uploads, in one page. */
const mostListed = 1000;

/** How many may be in a page, as the parameter of this name asks. @throws AwsError InvalidArgument */
export const pageSize = (request: AwsRequest, name: string): number =>
  Math.min(pageNumber(request, name) ?? mostListed, mostListed);

/** A number of a page: how many, or behind which. @throws AwsError InvalidArgument */
export const pageNumber = (request: AwsRequest, name: string): number | undefined => {
  const text = queryValue(request, name);
  if (text === undefined || /^\d{1,10}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new AwsError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400, {
    ArgumentName: name,
    ArgumentValue: text,
  });
};

/** The headers of CompleteMultipartUpload that tell a checksum tell that of the object, not of the request. */
export const withoutObjectChecksum = (request: AwsRequest): AwsRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'))),
});

/** What is completed must be what it was begun as, and what the sender says of it. @throws AwsError */
export const requirePromised = (
  { headers }: AwsRequest,
  { checksumType }: MultipartUpload,
  actual: Readonly<Record<string, string>>,
): void => {
  const type = headers['x-amz-checksum-type'];
  if (type !== undefined && type !== checksumType) {
    throw new AwsError(
      'InvalidRequest',
      `The upload was created using the ${checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  for (const name of checksumNames) {
    const promised = headers[`x-amz-checksum-${name}`];
    if (promised === undefined || promised.replace(/-\d+$/, '') === actual[name]?.replace(/-\d+$/, '')) continue;
    throw new AwsError('BadDigest', `The ${name.toUpperCase()} you specified did not match the calculated checksum.`);
  }
};

/** @throws AwsError when a part came without the checksum that the upload was begun with */
export const requireAlgorithm = ({ algorithm }: MultipartUpload, checksums: Readonly<Record<string, string>>): void => {
  if (algorithm === undefined || checksums[algorithm] !== undefined) return;
  const [actual = 'null'] = Object.keys(checksums);
  throw new AwsError(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${actual}`,
  );
};

interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Readonly<Record<string, string>>;
}

const malformed = (): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/** The parts that CompleteMultipartUpload names, as they stand in its XML. @throws AwsError MalformedXML */
export const namedParts = (body: string): NamedPart[] => {
  const parts = [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, inner = '']) => {
    const value = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(inner)?.[1]?.trim();
    const sums = checksumNames.map((name) => [name, value(`Checksum${name.toUpperCase()}`)] as const);
    return {
      number: partNumber(value('PartNumber')),
      etag: (value('ETag') ?? '').replaceAll('&quot;', '').replaceAll('&#34;', '').replaceAll('"', ''),
      checksums: Object.fromEntries(sums.flatMap(([name, sum]) => (sum === undefined ? [] : [[name, sum]]))),
    };
  });
  if (parts.length === 0) throw malformed();
  return parts;
};

/**
 * The stored parts that are named, in that order.
 *
 * @throws AwsError InvalidPartOrder, InvalidPart, EntityTooSmall; InvalidRequest for a part without the upload's checksum
 */
export const chosenParts = (
  named: readonly NamedPart[],
  stored: readonly StoredPart[],
  { algorithm, checksumType }: MultipartUpload,
): StoredPart[] => {
  const isOrdered = named.every(({ number }, index) => index === 0 || number > (named[index - 1]?.number ?? 0));
  if (!isOrdered) {
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
    );
  }
  return named.map((part, index) => {
    if (algorithm !== undefined && checksumType === 'COMPOSITE' && part.checksums[algorithm] === undefined) {
      throw new AwsError(
        'InvalidRequest',
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
      );
    }
    const found = stored.find(({ number }) => number === part.number);
    const isThat =
      found?.md5 === part.etag && Object.entries(part.checksums).every(([name, sum]) => found.checksums[name] === sum);
    if (!found || !isThat) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber: String(part.number), ETag: part.etag },
      );
    }
    if (index < named.length - 1 && found.size < leastPartBytes) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: String(found.size),
        MinSizeAllowed: String(leastPartBytes),
        PartNumber: String(part.number),
      });
    }
    return found;
  });
};

/** @throws AwsError when the sender had another size in mind */
export const requireSize = (declared: string | undefined, size: number): void => {
  if (declared === undefined || Number(declared) === size) return;
  throw new AwsError('InvalidRequest', 'The provided object size does not match the size of the assembled parts.');
};

/** The MD5 of the parts' MD5s, and how many there were. */
export const etagOf = (parts: readonly StoredPart[]): string => {
  const all = createHash('md5');
  for (const { md5 } of parts) all.update(Buffer.from(md5, 'hex'));
  return `${all.digest('hex')}-${parts.length}`;
};
