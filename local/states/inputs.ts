import { AwsError, UnsupportedFeatureError } from '../errors.ts';

/** What a client sends: the members of a JSON body. */
export type Input = Readonly<Record<string, unknown>>;
export type Output = Record<string, unknown>;

/** Quota of input and output: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const maxDataBytes = 262_144;

/** What names of machines and executions may not hold: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const namePattern = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\u{fffe}\u{ffff}]{1,80}$/u;

/** @throws AwsError InvalidArn */
export const requireArn = (arn: unknown): string => {
  if (typeof arn === 'string' && arn.startsWith('arn:')) return arn;
  throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
};

/** What a request asks for beside these would not happen. @throws UnsupportedFeatureError */
export const refuseOthers = (operation: string, input: Input, known: readonly string[]): void => {
  const other = Object.keys(input).find((name) => !known.includes(name));
  if (other !== undefined) throw new UnsupportedFeatureError(operation, other);
};

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** A member that breaks its constraint. */
export const validation = (field: string, allowed: string, value?: unknown): AwsError =>
  invalid(
    `1 validation error detected: Value${value === undefined ? '' : ` '${value}'`} at '${field}' failed to satisfy constraint: ${allowed}`,
  );

/** One page of a list: how many, and from where on. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** @throws AwsError ValidationException, InvalidToken */
export const pageOf = ({ maxResults, nextToken }: Input): Page => ({
  limit: pageSize(maxResults, 100),
  offset: decodeToken(nextToken),
});

/** The page's part of a list, and how to ask for the next. */
export const paged = <T>(name: string, all: readonly T[], { limit, offset }: Page): Output => ({
  [name]: all.slice(offset, offset + limit),
  ...(all.length > offset + limit && { nextToken: encodeToken(offset + limit) }),
});

export const pageSize = (value: unknown, fallback: number): number => {
  if (value === undefined || value === 0) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw validation('maxResults', 'a whole number from 0 to 1000');
};

export const encodeToken = (position: number): string => Buffer.from(String(position)).toString('base64');

export const decodeToken = (token: unknown): number => {
  if (token === undefined) return 0;
  const position = Number(Buffer.from(String(token), 'base64').toString('utf8'));
  if (Number.isInteger(position)) return position;
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
};

/** A member that is a text, or is not there. */
export const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** @throws AwsError InvalidExecutionInput */
export const requireExecutionInput = (text: string): void => {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reasonOf(error)}'`);
  }
};

/** What a task answers. @throws AwsError InvalidOutput */
export const parseTaskOutput = (text: string): unknown => {
  if (Buffer.byteLength(text) > maxDataBytes) throw new AwsError('InvalidOutput', 'Invalid Output: too large');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${reasonOf(error)}'`);
  }
};
