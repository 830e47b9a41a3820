import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { AwsError } from '../errors.ts';
import type { AwsRequest } from '../http/request.ts';
import type { Fields } from './post-policy.ts';

/** What stands before the file in a form may be so large: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html */
const maxFieldBytes = 20_000;

/** A form as far as its file: what comes behind is not looked at. */
export interface Form {
  readonly fields: Fields;
  /** Named by the sender; '' where it has no name. */
  readonly fileName: string;
  readonly file: AsyncIterable<Uint8Array>;
}

/**
 * Reads a `multipart/form-data` body up to its file, which is streamed.
 *
 * @throws AwsError MalformedPOSTRequest, InvalidArgument (no file), MaxPostPreDataLengthExceeded
 */
export const readForm = (request: AwsRequest): Promise<Form> =>
  new Promise((resolve, reject) => {
    const { 'content-type': type = '' } = request.headers;
    const fields: Record<string, string> = {};
    let bytes = 0;
    let taken: Readable | undefined;
    let parser: BusboyInstance;
    try {
      parser = new Busboy({ headers: { 'content-type': type }, preservePath: true, limits: { files: 1 } });
    } catch {
      reject(malformed());
      return;
    }
    parser.on('field', (name, value) => {
      bytes += name.length + value.length;
      fields[name.toLowerCase()] = value;
      if (bytes > maxFieldBytes) reject(tooMuchBefore());
    });
    parser.on('file', (name, file: Readable, fileName) => {
      if (name !== 'file') {
        file.resume();
        return;
      }
      taken = file;
      resolve({ fields, fileName: fileName ?? '', file: toItsEnd(file) });
    });
    const fail = (): void => {
      taken?.destroy(malformed());
      reject(malformed());
    };
    parser.on('error', fail);
    parser.on('finish', () =>
      reject(
        new AwsError('InvalidArgument', 'POST requires exactly one file upload per request.', 400, {
          ArgumentName: 'file',
          ArgumentValue: '0',
        }),
      ),
    );
    void feed(parser, request.body).catch(fail);
  });

/** Hands the body on, no faster than the file is taken. */
const feed = async (parser: BusboyInstance, body: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const chunk of body) {
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  }
  parser.end();
};

/** A file whose end never came is none. */
async function* toItsEnd(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* file;
  } catch {
    throw malformed();
  }
}

const malformed = (): AwsError =>
  new AwsError('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');

const tooMuchBefore = (): AwsError =>
  new AwsError(
    'MaxPostPreDataLengthExceeded',
    'Your POST request fields preceeding the upload file was too large.',
    400,
    { MaxPostPreDataLengthBytes: String(maxFieldBytes) },
  );
