/** An HTTP API of the template, with what hangs on it. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html */
export interface HttpApiRecord {
  /** Ten letters and digits, as in its address on AWS. */
  readonly id: string;
  readonly name: string;
  readonly cors: CorsConfiguration | undefined;
}

export interface CorsConfiguration {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  readonly maxAge: number | undefined;
}

export interface IntegrationRecord {
  readonly apiId: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
}

export interface RouteRecord {
  readonly apiId: string;
  /** `POST /links/{linkId}/uploads`, `ANY /a/{proxy+}` or `$default`. */
  readonly key: string;
  readonly integrationId: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | 'JWT';
  readonly authorizerId?: string;
  readonly scopes: readonly string[];
}

export interface JwtAuthorizerRecord {
  readonly apiId: string;
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface Throttling {
  /** Requests a second. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

/** The one stage, `$default`. */
export interface StageRecord {
  readonly apiId: string;
  readonly throttling: Throttling | undefined;
  /** By route key. */
  readonly routeThrottling: Readonly<Record<string, Throttling>>;
  readonly accessLog: { readonly logGroup: string; readonly format: string } | undefined;
}
