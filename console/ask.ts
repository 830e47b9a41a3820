import { request } from 'node:http';

/** What was answered, read to its end. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

/**
 * Asks a server of this machine, and waits for the answer however long it takes: a clock that is moved has much to do on its
 * way, and Node's own fetch gives up after five minutes.
 */
export const ask = async (url: string, method: string, body?: string): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(url, { method }, (response) => {
    const { statusCode = 0 } = response;
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('end', () => resolve({ ok: statusCode >= 200 && statusCode < 300, text }));
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
};
