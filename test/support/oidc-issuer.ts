import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OIDC issuer of the test's own: discovery, keys, and tokens as one likes. */
export class OidcIssuer {
  readonly url: string;
  readonly #server: Server;
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('request', (request, response) => {
      const answer =
        request.url === '/keys'
          ? { keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] }
          : { issuer: url, jwks_uri: `${url}/keys` };
      response.end(JSON.stringify(answer));
    });
  }

  static async start(): Promise<OidcIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return new OidcIssuer(server, `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  }

  /** @param claims over what a good token says @param key other than the issuer's, for a forgery */
  token(claims: object, { kid = 'one', key = this.#keys.privateKey } = {}): string {
    const signed = `${base64({ alg: 'RS256', kid })}.${base64({ iss: this.url, sub: 'system-1', ...claims })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }

  /** Somebody else's key. */
  static foreignKey() {
    return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
