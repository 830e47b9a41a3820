import { AwsError, UnsupportedFeatureError } from '../errors.ts';
import { HangUp, type ServiceFaults } from '../faults/service-faults.ts';
import type { Authenticator } from '../identity/authenticate.ts';
import type { Sender } from '../identity/sender.ts';
import { sha256Hex } from '../identity/sigv4.ts';
import { operationOf } from '../s3/operation-name.ts';
import { errorResponse } from '../s3/responses.ts';
import type { S3 } from '../s3/s3.ts';
import { type Json, parseObject } from './json-body.ts';
import { type AwsRequest, type AwsResponse, queryValue, readBody } from './request.ts';
import { type XmlValue, xmlDocument } from './xml.ts';

/** How a service is spoken to: by JSON with a target header, by form and XML, or by REST and JSON. */
export interface ServiceProtocols {
  readonly json: Readonly<Record<string, (sender: Sender, operation: string, input: Json) => unknown>>;
  readonly query: Readonly<
    Record<string, (sender: Sender, action: string, input: ReadonlyMap<string, string>) => { [name: string]: XmlValue }>
  >;
  readonly rest: Readonly<Record<string, (sender: Sender, request: AwsRequest, body: Buffer) => Promise<AwsResponse>>>;
}

/** Service that a request is for: its signature's scope says it. Everything unsigned is S3's. */
const serviceOf = (request: AwsRequest): string => {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ?? queryValue(request, 'X-Amz-Credential');
  return credential?.split('/')[3] ?? 's3';
};

/** Finds the service, checks the signature, and speaks the service's protocol, errors included. */
export class Gateway {
  readonly #authenticator: Authenticator;
  readonly #s3: S3;
  readonly #services: ServiceProtocols;
  readonly #faults: ServiceFaults;
  readonly #report: (message: string) => void;

  constructor(
    authenticator: Authenticator,
    s3: S3,
    services: ServiceProtocols,
    { faults, report }: { faults: ServiceFaults; report: (message: string) => void },
  ) {
    this.#faults = faults;
    this.#report = report;
    this.#authenticator = authenticator;
    this.#s3 = s3;
    this.#services = services;
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const service = serviceOf(request);
    const { json, query, rest } = this.#services;
    if (service in json) return this.#json(request, service);
    // SES speaks both: version 2 of its API has paths.
    const isRest = service in rest && (!(service in query) || request.path.startsWith('/v2/'));
    if (isRest) return this.#rest(request, service);
    if (service in query) return this.#query(request, service);
    if (service === 's3') return this.#s3Request(request);
    return errorResponse(
      new AwsError(
        'NotImplemented',
        `the service ${service} is not part of the embedded runtime (see local/README.md)`,
        501,
      ),
      request,
    );
  }

  async #s3Request(request: AwsRequest): Promise<AwsResponse> {
    let served = () => {};
    try {
      const response = await this.#s3.handle(request, () => {
        const authenticated = this.#authenticator.authenticate(request);
        served = this.#faults.call('s3', operationOf(request), authenticated.principal);
        return authenticated;
      });
      served();
      return response;
    } catch (error) {
      return errorResponse(this.#known(error, 'InternalError'), request);
    }
  }

  #sender(request: AwsRequest, body: Buffer): Sender {
    const { principal } = this.#authenticator.authenticate(request, sha256Hex(body));
    return { principal };
  }

  async #json(request: AwsRequest, service: string): Promise<AwsResponse> {
    const type = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
    const answer = (status: number, content: unknown): AwsResponse => ({
      status,
      headers: { 'content-type': type, 'x-amzn-requestid': request.id },
      body: JSON.stringify(content),
    });
    try {
      const body = await readBody(request.body);
      const sender = this.#sender(request, body);
      const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      const input = parseObject(body);
      const served = this.#faults.call(service, operation, sender.principal);
      const content = await this.#services.json[service]?.(sender, operation, input);
      served();
      return answer(200, content);
    } catch (error) {
      const { code, message, status } = this.#known(error);
      return answer(status >= 500 ? status : 400, { __type: jsonCodes[code] ?? code, message });
    }
  }

  async #query(request: AwsRequest, service: string): Promise<AwsResponse> {
    const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': request.id };
    try {
      const body = await readBody(request.body);
      const sender = this.#sender(request, body);
      const input = new Map(new URLSearchParams(body.toString('utf8')));
      const action = input.get('Action') ?? '';
      const served = this.#faults.call(service, action, sender.principal);
      const result = this.#services.query[service]?.(sender, action, input) ?? {};
      served();
      const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: request.id } };
      return { status: 200, headers, body: xmlDocument(`${action}Response`, content) };
    } catch (error) {
      const { code, message, status } = this.#known(error);
      const content = { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: request.id };
      return { status, headers, body: xmlDocument('ErrorResponse', content) };
    }
  }

  /** What AWS answers to what broke: our own faults are told on stderr, and to the caller as one that a retry may mend. */
  #known(error: unknown, internal = 'InternalFailure'): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof UnsupportedFeatureError) return new AwsError('UnsupportedFeature', error.message);
    if (error instanceof RangeError) return new AwsError('RequestEntityTooLarge', error.message, 413);
    if (error instanceof HangUp) throw error;
    this.#report(`a request broke: ${error instanceof Error ? error.stack : error}`);
    return new AwsError(internal, 'We encountered an internal error. Please try again.', 500);
  }

  async #rest(request: AwsRequest, service: string): Promise<AwsResponse> {
    try {
      const body = await readBody(request.body, 7_000_000);
      const sender = this.#sender(request, body);
      const served = this.#faults.call(service, `${request.method} ${request.path}`, sender.principal);
      const answer = await this.#services.rest[service]?.(sender, request, body);
      if (!answer) throw new AwsError('NotImplemented', service, 501);
      served();
      return answer;
    } catch (error) {
      const { code, message, status } = this.#known(error);
      const type = jsonCodes[code] ?? code;
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': request.id },
        body: JSON.stringify({ Message: message, message }),
      };
    }
  }
}

/** JSON services name some errors in their own way. */
const jsonCodes: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
  QueueDoesNotExist: 'com.amazonaws.sqs#QueueDoesNotExist',
};
