/** An error as AWS would answer it: code, HTTP status, message, and for S3 further XML elements and headers. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    details: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.details = details;
    this.headers = headers;
  }
}

/** Something in a template or a request that this runtime does not do. Refused aloud, never ignored. */
export class UnsupportedFeatureError extends Error {
  constructor(where: string, what: string) {
    super(`${where}: ${what}: the embedded runtime does not support this (see local/README.md)`);
    this.name = 'UnsupportedFeatureError';
  }
}

/** The runtime cannot start: what was found, what is needed, what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
