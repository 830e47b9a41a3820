const mebibyte = 2 ** 20;

/** S3's smallest part (but for the last): https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const leastPartBytes = 5 * mebibyte;

/** More would only cost memory: a browser holds a whole part while it computes its checksum. */
const mostPartBytes = 32 * mebibyte;

/** Enough for parallel uploads and small losses, few enough to be signed one by one. */
const wantedParts = 64;

/** One part of a file: its number from 1, and which bytes it is. */
export interface Part {
  readonly partNumber: number;
  readonly size: number;
}

/** Size of the parts that a file goes in; undefined for one that goes in one PUT. A file of 5 GiB has 160 parts. */
export const partBytesFor = (size: number): number | undefined => {
  if (size <= leastPartBytes) return undefined;
  const even = Math.ceil(size / wantedParts / mebibyte) * mebibyte;
  return Math.min(mostPartBytes, Math.max(leastPartBytes, even));
};

/** Every part of a file, in order. */
export const partsOf = (size: number, partBytes: number): Part[] =>
  Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => ({
    partNumber: index + 1,
    size: Math.min(partBytes, size - index * partBytes),
  }));
