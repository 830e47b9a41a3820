import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { JwtAuthorizerRecord, RouteRecord } from './http-api-record.ts';

/** What an API learns of whoever carries a valid token. */
export interface JwtIdentity {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

/** Why a token is not taken, as the header `www-authenticate` says it. */
export class JwtRefusal extends Error {
  readonly status: 401 | 403;

  constructor(status: 401 | 403, message: string) {
    super(message);
    this.status = status;
  }
}

type Claims = Readonly<Record<string, unknown>>;

/** Keys are asked for at most this often. */
const keysKeptMs = 2 * 3600_000;

/**
 * Checks tokens of an OIDC issuer: signature by a key of its JWKS (RS256 and kin), `iss`, `aud` or `client_id`, `exp`,
 * `nbf`, `iat`, and one of the route's scopes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export class JwtVerifier {
  readonly #now: () => number;
  readonly #keys = new Map<string, { at: number; keys: Promise<readonly JsonWebKey[]> }>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws JwtRefusal */
  async verify(
    token: string,
    { issuer, audience }: JwtAuthorizerRecord,
    { scopes }: RouteRecord,
  ): Promise<JwtIdentity> {
    const { header, claims, signed, signature } = parts(token);
    const key = (await this.#keysOf(issuer)).find(({ kid }) => kid === header.kid);
    const algorithm = /^RS(256|384|512)$/.exec(String(header.alg))?.[1];
    if (!key || algorithm === undefined) throw invalid('no key of the issuer fits the token');
    const isGenuine = verify(`sha${algorithm}`, signed, createPublicKey({ key, format: 'jwk' }), signature);
    if (!isGenuine) throw invalid('signature invalid');
    this.#checkClaims(claims, issuer, audience);
    const held = String(claims.scope ?? claims.scp ?? '')
      .split(' ')
      .filter(Boolean);
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope))) {
      throw new JwtRefusal(403, 'insufficient_scope');
    }
    const told = Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return { claims: Object.fromEntries(told), scopes: scopes.length > 0 ? held : null };
  }

  #checkClaims(claims: Claims, issuer: string, audience: readonly string[]): void {
    const seconds = this.#now() / 1000;
    if (claims.iss !== issuer) throw invalid('invalid issuer');
    const meant = claims.aud === undefined ? [claims.client_id] : [claims.aud].flat();
    if (!meant.some((one) => audience.includes(String(one)))) throw invalid('invalid audience');
    if (!(Number(claims.exp) > seconds)) throw invalid('the token has expired');
    if (claims.nbf !== undefined && !(Number(claims.nbf) <= seconds)) throw invalid('the token is not valid yet');
    if (claims.iat !== undefined && !(Number(claims.iat) <= seconds)) throw invalid('the token is from the future');
  }

  async #keysOf(issuer: string): Promise<readonly JsonWebKey[]> {
    const known = this.#keys.get(issuer);
    if (known && this.#now() - known.at < keysKeptMs) return known.keys;
    const keys = fetchKeys(issuer);
    this.#keys.set(issuer, { at: this.#now(), keys });
    // A failure is not remembered.
    keys.catch(() => this.#keys.delete(issuer));
    return keys;
  }
}

const invalid = (reason: string): JwtRefusal => new JwtRefusal(401, reason);

const fetchKeys = async (issuer: string): Promise<readonly JsonWebKey[]> => {
  try {
    const discovery = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { jwks_uri }: { jwks_uri: string } = JSON.parse(await discovery.text());
    const { keys }: { keys: JsonWebKey[] } = JSON.parse(await (await fetch(jwks_uri)).text());
    return keys;
  } catch {
    throw invalid('unable to fetch the keys of the issuer');
  }
};

const parts = (token: string): { header: Claims; claims: Claims; signed: Buffer; signature: Buffer } => {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  try {
    if (rest.length > 0) throw invalid('the token has too many parts');
    return {
      header: JSON.parse(Buffer.from(header, 'base64url').toString('utf8')),
      claims: JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')),
      signed: Buffer.from(`${header}.${claims}`),
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    throw invalid('the token is malformed');
  }
};
