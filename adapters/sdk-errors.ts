/** True when the error is an AWS SDK error with this HTTP status. */
export const isHttpStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && statusOf(error) === status;

/** 0 for an error that is no answer of a service. */
const statusOf = (error: Error): number =>
  '$metadata' in error &&
  typeof error.$metadata === 'object' &&
  error.$metadata !== null &&
  'httpStatusCode' in error.$metadata
    ? Number(error.$metadata.httpStatusCode)
    : 0;

/** True when the error carries one of these names. */
export const isNamed = (error: unknown, ...names: string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

const socketCodes = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'];

/**
 * True for the names of what passes by itself. Of writes at the same moment S3 asks for the same request again
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: ConditionalRequestConflict, OperationAborted).
 */
export const isPassing = (name: string): boolean =>
  /throttl|slowdown|toomanyrequests|requesttimeout|timeouterror|limitexceeded$|internalfailure|internalexception|conditionalrequestconflict|operationaborted/i.test(
    name,
  );

/**
 * True for what a later try may mend: throttling, a service's own fault (5xx), a broken connection. Services name
 * these in many ways; the state machine knows one.
 */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  (isPassing(error.name) ||
    statusOf(error) === 429 ||
    statusOf(error) >= 500 ||
    ('code' in error && socketCodes.includes(String(error.code))));
