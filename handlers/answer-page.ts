import type { ApiResponse } from '../core/api/http.ts';
import { answerWith } from './answer.ts';

/** The page's files, by name, as they were bundled. */
export interface PageFiles {
  /** Undefined when there is no such file. */
  find(name: string): { readonly type: string; readonly text: string } | undefined;
}

interface Deps {
  readonly files: PageFiles;
  /** Where uploads go: the one other origin that the page may speak to. */
  readonly uploadOrigin: Promise<string>;
}

/**
 * The partner's page: one document and its assets, the same for everybody. It knows no link and reads nothing; the
 * secret stays in the browser, behind the `#`.
 */
export const createAnswerPage = ({ files, uploadOrigin }: Deps) => {
  const file = async (name: string, cacheControl: string): Promise<ApiResponse> => {
    const headers = pageHeaders(await uploadOrigin);
    const found = files.find(name);
    if (!found) return { statusCode: 404, headers: { ...headers, 'content-type': 'text/plain' }, body: 'not found' };
    return {
      statusCode: 200,
      headers: { ...headers, 'content-type': found.type, 'cache-control': cacheControl },
      body: found.text,
    };
  };
  return answerWith({
    'GET /u/{linkId}': async () => file('index.html', 'no-cache'),
    // Their names hold a hash of what they are.
    'GET /assets/{name}': async ({ parameters }) => file(parameters.name ?? '', 'public, max-age=31536000, immutable'),
  });
};

/** Nothing from elsewhere, nothing inline, no frame around it, no referrer: https://www.w3.org/TR/CSP3/ */
const pageHeaders = (uploadOrigin: string): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    // The engine that checks a file is WebAssembly; this allows it, and no eval.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "worker-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${uploadOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types airlock',
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'strict-transport-security': 'max-age=31536000',
});
