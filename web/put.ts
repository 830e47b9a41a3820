/**
 * What became of a PUT to S3: `ended` is a URL that is over, `lost` anything that another try may mend, `taken` a key that
 * has its file, `refused` a file that is not the announced one.
 */
export interface PutAnswer {
  readonly kind: 'done' | 'ended' | 'lost' | 'taken' | 'refused';
  readonly said: string;
  /** Whether every byte had left: then the file may be there although no answer came. */
  readonly sentAll: boolean;
}

/** A transfer that moves not a byte for so long is as good as lost. */
const stallMs = 30_000;

/** Sends bytes with progress, which only XMLHttpRequest tells. Never rejects. */
export const put = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Blob,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(bytes: number): void },
): Promise<PutAnswer> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), stallMs);
    };
    let sentAll = false;
    const end = (answer: Omit<PutAnswer, 'sentAll'>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve({ ...answer, sentAll });
    };
    const cancel = (): void => request.abort();
    signal.addEventListener('abort', cancel);
    request.upload.addEventListener('progress', ({ loaded }) => {
      watch();
      onProgress(loaded);
    });
    request.upload.addEventListener('load', () => {
      sentAll = true;
    });
    request.addEventListener('load', () => end(answerOf(request)));
    for (const event of ['error', 'abort', 'timeout']) {
      request.addEventListener(event, () => end({ kind: 'lost', said: event }));
    }
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sends the length itself, and lets nobody else.
      if (name !== 'content-length') request.setRequestHeader(name, value);
    }
    watch();
    if (signal.aborted) end({ kind: 'lost', said: 'abort' });
    else request.send(body.type === '' ? body : body.slice(0, body.size, ''));
  });

const answerOf = ({ status, responseText }: XMLHttpRequest): Omit<PutAnswer, 'sentAll'> => {
  const code = /<Code>([^<]*)<\/Code>/.exec(responseText)?.[1] ?? '';
  const said = `${status} ${code}`.trim();
  if (status === 200) return { kind: 'done', said };
  if (status === 403) return { kind: 'ended', said };
  if (status === 412) return { kind: 'taken', said };
  if (status === 409 || status === 429 || status >= 500 || status === 0) return { kind: 'lost', said };
  // A body that was cut off on its way; a checksum that does not fit means that the file has changed.
  if (code === 'IncompleteBody' || code === 'RequestTimeout') return { kind: 'lost', said };
  return { kind: 'refused', said };
};
