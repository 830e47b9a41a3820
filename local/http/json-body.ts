import { AwsError } from '../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The object that a body holds; an empty one where there is no body. @throws AwsError SerializationException */
export const parseObject = (body: Buffer): Json => {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'the request body is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'the request body is no JSON object');
  }
  return { ...value };
};
