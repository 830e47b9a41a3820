import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64NvmeJs } from '@aws-sdk/checksums/crc';

/** Checksum algorithms of S3, as in `x-amz-checksum-<name>`. */
export const checksumNames = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof checksumNames)[number];

export const isChecksumName = (name: string): name is ChecksumName => checksumNames.some((one) => one === name);

/** A running checksum; the result is base64, as S3 writes it. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  base64(): Promise<string>;
}

const hash = (algorithm: string): RunningChecksum => {
  const running = createHash(algorithm);
  return { update: (bytes) => void running.update(bytes), base64: async () => running.digest('base64') };
};

const sdkChecksum = (running: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): RunningChecksum => ({
  update: (bytes) => running.update(bytes),
  base64: async () => Buffer.from(await running.digest()).toString('base64'),
});

const zlibCrc32 = (): RunningChecksum => {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    base64: async () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
};

/** Starts a checksum. */
export const createChecksum = (name: ChecksumName): RunningChecksum => {
  switch (name) {
    case 'crc32':
      return zlibCrc32();
    case 'crc32c':
      return sdkChecksum(new Crc32c());
    case 'crc64nvme':
      return sdkChecksum(new Crc64NvmeJs());
    case 'sha1':
    case 'sha256':
      return hash(name);
  }
};
