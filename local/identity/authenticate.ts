import { timingSafeEqual } from 'node:crypto';
import type { ProductClock } from '../clock.ts';
import { AwsError } from '../errors.ts';
import { type Authenticated, type AwsRequest, queryValue } from '../http/request.ts';
import type { Identities, Principal } from './identities.ts';
import { canonicalRequest, type Scope, type SignedParts, signature, stringToSign } from './sigv4.ts';

/** Keys of the person at the keyboard. */
const rootKeys = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** A header-signed request may be this old or this early. */
const skewMs = 15 * 60_000;

const longestExpirySeconds = 604_800;

interface Credential {
  readonly accessKeyId: string;
  readonly scope: Scope;
}

interface Claim {
  readonly credential: Credential;
  readonly amzDate: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | undefined;
}

/** What a form says of who signed its policy. */
export interface SignedPolicy {
  readonly algorithm: string;
  readonly credential: string;
  readonly amzDate: string;
  readonly signature: string;
  readonly token: string | undefined;
  /** base64: what is signed */
  readonly policy: string;
}

/** Checks SigV4 signatures in headers and in presigned URLs, against the product clock. */
export class Authenticator {
  readonly #identities: Identities;
  readonly #clock: ProductClock;
  readonly #region: string;

  constructor(identities: Identities, clock: ProductClock, region: string) {
    this.#identities = identities;
    this.#clock = clock;
    this.#region = region;
  }

  /**
   * @param bodyHash SHA-256 (hex) of the body, where the service does not send it as a header
   * @throws AwsError with S3's codes; other services rename what they must
   */
  authenticate(request: AwsRequest, bodyHash = ''): Authenticated {
    const header = request.headers.authorization;
    const isPresigned = queryValue(request, 'X-Amz-Algorithm') !== undefined;
    if (isPresigned && header !== undefined) {
      throw new AwsError(
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      );
    }
    if (queryValue(request, 'AWSAccessKeyId') !== undefined) {
      throw new AwsError(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      );
    }
    if (isPresigned) return this.#presigned(request);
    if (header !== undefined) return this.#signed(request, header, bodyHash);
    if (queryValue(request, 'X-Amz-Signature') !== undefined) {
      throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
    }
    return { principal: { kind: 'anonymous' }, payloadHash: 'UNSIGNED-PAYLOAD', via: 'none', service: 's3' };
  }

  /**
   * A form carries its policy with a signature over it; when that ends is in the policy itself.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
   *
   * @throws AwsError
   */
  authenticatePolicy(form: SignedPolicy): Authenticated {
    if (form.algorithm !== 'AWS4-HMAC-SHA256') throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
    const { amzDate, signature: given, token, policy } = form;
    const credential = parseCredential(form.credential);
    const { principal, secret } = this.#credentials({
      credential,
      amzDate,
      signature: given,
      token,
      signedHeaders: [],
    });
    this.#checkScope({ credential, amzDate });
    if (!equal(signature(secret, credential.scope, policy), given)) throw wrongSignature(credential);
    const { service } = credential.scope;
    const signatureAge = this.#clock.now() - parseAmzDate(amzDate);
    return { principal, payloadHash: 'UNSIGNED-PAYLOAD', via: 'post', service, signatureAge };
  }

  #signed(request: AwsRequest, header: string, bodyHash: string): Authenticated {
    const claim = headerClaim(request, header);
    const { principal, secret } = this.#credentials(claim);
    this.#checkDate(claim, principal);
    const payloadHash = request.headers['x-amz-content-sha256'] ?? bodyHash;
    this.#checkScope(claim);
    this.#checkSignature(request, claim, secret, request.query, payloadHash);
    const { scope } = claim.credential;
    return {
      principal,
      payloadHash,
      via: 'header',
      service: scope.service,
      chunkSigning: { secret, scope, amzDate: claim.amzDate, seed: claim.signature },
    };
  }

  #presigned(request: AwsRequest): Authenticated {
    const { claim, expires } = queryClaim(request);
    this.#checkQueryScope(claim);
    const { principal, secret } = this.#credentials(claim);
    const signedAt = parseAmzDate(claim.amzDate);
    if (signedAt - this.#clock.now() > skewMs) {
      throw new AwsError('AccessDenied', 'Request is not yet valid', 403, {
        'X-Amz-Date': claim.amzDate,
        ServerTime: this.#clock.iso(),
      });
    }
    const expiresAt = signedAt + expires * 1000;
    if (this.#clock.now() > expiresAt) {
      throw new AwsError('AccessDenied', 'Request has expired', 403, {
        'X-Amz-Expires': String(expires),
        Expires: new Date(expiresAt).toISOString(),
        ServerTime: this.#clock.iso(),
      });
    }
    const query = request.query.filter(([name]) => name !== 'X-Amz-Signature');
    this.#checkSignature(request, claim, secret, query, request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
    return {
      principal,
      payloadHash: request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
      via: 'query',
      service: claim.credential.scope.service,
      signatureAge: this.#clock.now() - signedAt,
    };
  }

  #credentials({ credential, token }: Claim): { principal: Principal; secret: string } {
    if (credential.accessKeyId === rootKeys.accessKeyId) {
      return { principal: { kind: 'root' }, secret: rootKeys.secretAccessKey };
    }
    const session = this.#identities.session(credential.accessKeyId);
    if (!session) {
      throw new AwsError(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        403,
      );
    }
    if (token === undefined || !equal(token, session.sessionToken)) {
      throw new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400);
    }
    if (session.expiresAt <= this.#clock.now()) {
      throw new AwsError('ExpiredToken', 'The provided token has expired.', 400);
    }
    return { principal: { kind: 'session', session }, secret: session.secretAccessKey };
  }

  /** Callers from outside may live in wall time; sessions of functions live in product time only. */
  #checkDate({ amzDate }: Claim, principal: Principal): void {
    const at = parseAmzDate(amzDate);
    const references = principal.kind === 'root' ? [this.#clock.now(), this.#clock.wall()] : [this.#clock.now()];
    if (references.some((now) => Math.abs(now - at) <= skewMs)) return;
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
      { RequestTime: amzDate, ServerTime: this.#clock.iso(), MaxAllowedSkewMilliseconds: String(skewMs) },
    );
  }

  /** The same, as it is told of a URL. */
  #checkQueryScope({ credential: { scope }, amzDate }: Claim): void {
    const parsing = 'Error parsing the X-Amz-Credential parameter;';
    if (scope.region !== this.#region) {
      throw queryError(`${parsing} the region '${scope.region}' is wrong; expecting '${this.#region}'`, {
        Region: this.#region,
      });
    }
    if (!amzDate.startsWith(scope.date)) {
      throw queryError(
        `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${amzDate.slice(0, 8)}".`,
      );
    }
  }

  #checkScope({ credential: { scope }, amzDate }: Pick<Claim, 'credential' | 'amzDate'>): void {
    const [date] = amzDate.split('T');
    if (scope.date !== date) {
      throw scope.service === 's3'
        ? new AwsError(
            'AuthorizationHeaderMalformed',
            `The authorization header is malformed; Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${date}".`,
          )
        : new AwsError(
            'SignatureDoesNotMatch',
            `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date}', from '${amzDate}'.`,
            403,
          );
    }
    if (scope.region === this.#region) return;
    throw new AwsError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${scope.region}' is wrong; expecting '${this.#region}'`,
      400,
      { Region: this.#region },
    );
  }

  #checkSignature(
    request: AwsRequest,
    claim: Claim,
    secret: string,
    query: SignedParts['query'],
    payloadHash: string,
  ): void {
    const { scope } = claim.credential;
    const { method, path, headers } = request;
    const parts: SignedParts = { method, path, headers, query, signedHeaders: claim.signedHeaders, payloadHash };
    this.#checkSignedHeaders(request, claim, scope.service);
    const canonical = canonicalRequest(parts, scope.service);
    const text = stringToSign(canonical, claim.amzDate, scope);
    if (equal(signature(secret, scope, text), claim.signature)) return;
    throw wrongSignature(claim.credential);
  }

  /** Host must be signed; S3 also refuses `x-amz-*` headers that came along unsigned. */
  #checkSignedHeaders(request: AwsRequest, { signedHeaders }: Claim, service: string): void {
    const unsigned = Object.keys(request.headers).filter(
      (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name) && name !== 'x-amz-content-sha256',
    );
    const mustBeSigned = service === 's3' ? unsigned : [];
    if (!signedHeaders.includes('host')) mustBeSigned.push('host');
    if (mustBeSigned.length === 0) return;
    throw new AwsError('AccessDenied', 'There were headers present in the request which were not signed', 403, {
      HeadersNotSigned: mustBeSigned.join(', '),
    });
  }
}

const wrongSignature = ({ accessKeyId }: Credential): AwsError =>
  new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
    { AWSAccessKeyId: accessKeyId },
  );

const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const parseCredential = (text: string): Credential => {
  const parts = text.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5 || terminator !== 'aws4_request') {
    throw new AwsError(
      'AuthorizationHeaderMalformed',
      'The credential is mal-formed: expecting "<key>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { accessKeyId, scope: { date, region, service } };
};

const headerClaim = (request: AwsRequest, header: string): Claim => {
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  const fields = new Map(
    header
      .slice('AWS4-HMAC-SHA256 '.length)
      .split(',')
      .map((part) => {
        const [name = '', ...value] = part.trim().split('=');
        return [name, value.join('=')];
      }),
  );
  const amzDate = request.headers['x-amz-date'] ?? '';
  return {
    credential: parseCredential(fields.get('Credential') ?? ''),
    amzDate,
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';').filter(Boolean),
    signature: fields.get('Signature') ?? '',
    token: request.headers['x-amz-security-token'],
  };
};

const queryClaim = (request: AwsRequest): { claim: Claim; expires: number } => {
  const get = (name: string): string => {
    const value = queryValue(request, name);
    if (value === undefined) {
      throw queryError(
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    }
    return value;
  };
  if (get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const expires = Number(get('X-Amz-Expires'));
  if (!Number.isInteger(expires)) throw queryError('X-Amz-Expires should be a number');
  if (expires < 0) throw queryError('X-Amz-Expires must be non-negative');
  if (expires > longestExpirySeconds)
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  const amzDate = get('X-Amz-Date');
  if (!/^\d{8}T\d{6}Z$/.test(amzDate)) {
    throw queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const claim = {
    credential: queryCredential(get('X-Amz-Credential')),
    amzDate,
    signedHeaders: get('X-Amz-SignedHeaders').split(';').filter(Boolean),
    signature: get('X-Amz-Signature'),
    token: queryValue(request, 'X-Amz-Security-Token'),
  };
  return { claim, expires };
};

const queryCredential = (text: string): Credential => {
  try {
    return parseCredential(text);
  } catch {
    throw queryError(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
};

const queryError = (message: string, details: Record<string, string> = {}): AwsError =>
  new AwsError('AuthorizationQueryParametersError', message, 400, details);

/** `20261122T074100Z` → milliseconds. */
const parseAmzDate = (text: string): number => {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at))
    throw new AwsError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header', 403);
  return at;
};
