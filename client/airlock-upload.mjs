#!/usr/bin/env node
/*
 * Uploads one file to the link or the URL of an Airlock mail. One file of its own, nothing to install, Node 18 or newer:
 *
 *   node airlock-upload.mjs <link|url> <file> [--gzip] [--wait] [--json] [--quiet]
 *
 * Give "-" instead of the link to read it from standard input: whoever sees your command line could use it.
 *
 * By a link large files go in parts, several at once. Run it again after a crash: parts that arrived are not sent twice.
 *
 * Exit codes: 0 delivered · 1 wrong use, or the file cannot be read · 2 not delivered, try again · 3 a file was delivered
 * before · 4 the link or URL is not accepted (ended, or changed on its way) · 5 the file is not accepted · 6 with --wait:
 * delivered, checked and sent back
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createGzip } from 'node:zlib';

const exits = { delivered: 0, usage: 1, failed: 2, before: 3, url: 4, file: 5, sentBack: 6 };
const flagsKnown = ['--gzip', '--wait', '--json', '--quiet'];
const usage =
  'node airlock-upload.mjs <link|url> <file> [--gzip] [--wait] [--json] [--quiet]   ("-" reads the link from standard input)';

/** Pauses between tries, in milliseconds; each is shortened by chance so that many do not come back at once. */
const pausesMs = [1000, 2000, 5000, 10_000, 20_000];

/** Read and written at once. */
const chunkBytes = 256 * 1024;

/** Parts on their way at once. */
const lanes = 3;

/** Parts that are signed by one question, as far as they are summed up. */
const signedAtOnce = 8;

/** Up to here a file goes in one piece; larger ones go in parts. */
const onePieceBytes = 5 * 2 ** 20;

/** As much of a file as is looked at before it is sent. */
const headBytes = 64 * 1024;

/** Something that ends the run: a kind of exit, and words for people. */
class End extends Error {
  constructor(kind, message, details = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

const advice = {
  before: 'A file was delivered before: it takes one, once. If that was not yours, tell whoever sent the mail.',
  url: 'The link or URL is not accepted. If it has ended, the next mail brings a new one; else copy it again, whole, in quotes.',
  file: 'The file is not accepted as it was sent.',
  failed: 'Nothing was delivered. Run it again while the link works: what arrived already is not sent twice.',
  sentBack: 'The file arrived, but it cannot be used:',
};

// --- HTTP -----------------------------------------------------------------------------------------------------------

const agents = {
  'http:': new HttpAgent({ keepAlive: true }),
  'https:': new HttpsAgent({ keepAlive: true }),
};

/** When the newest answer was given, by the clock of whoever gave it: this machine's own proves nothing. */
let toldAt;

/** Sends one request. `write` puts the body into it. Resolves with what the server said, rejects when it said nothing. */
const exchange = (url, method, headers, write) =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, { method, headers, agent: agents[url.protocol] });
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error('no progress for a minute')));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        if (body.length < 4_000_000) body += text;
      });
      response.on('end', () => {
        toldAt = response.headers.date ?? toldAt;
        resolve({ status: response.statusCode, headers: response.headers, body });
        // Whoever answers before all has come wants no more of it.
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      response.on('error', reject);
    });
    write(outgoing);
  });

/** What S3 said to a PUT. */
const classify = ({ status, body }) => {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? '';
  const text = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? '';
  const said = [status, code, text].filter(Boolean).join(' ');
  if (status === 200) return { kind: 'delivered', said };
  if (status === 412) return { kind: 'before', said };
  if (status === 403) return { kind: 'url', said };
  // 409: another upload of the same key at this very moment; the rest are outages.
  if (status === 409 || status === 429 || status >= 500) return { kind: 'failed', said };
  return { kind: 'file', said };
};

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries until the other side has decided, or the pauses are used up. @param again tells whether another try may help */
const patiently = async (work, again, say) => {
  for (let index = 0; ; index += 1) {
    const result = await work(index).catch((error) => ({ kind: 'failed', said: error.message, error }));
    if (result.error instanceof End) throw result.error;
    if (!again(result) || index === pausesMs.length) return result;
    const pause = Math.ceil(Math.max(pausesMs[index] * (0.5 + Math.random() / 2), (result.after ?? 0) * 1000));
    say(`not yet (${result.said}); trying again in ${(pause / 1000).toFixed(1)} s …`);
    await sleep(pause);
  }
};

// --- A presigned URL of a mail: one PUT ------------------------------------------------------------------------------

/** Writes bytes of a file in turn from two buffers: nothing is left for the garbage collector, however large the file. */
const pump = async (path, { start, end }, outgoing, onChunk) => {
  const handle = openSync(path);
  const buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)];
  try {
    for (let at = start, turn = 0; at <= end; turn = 1 - turn) {
      const read = readSync(handle, buffers[turn], 0, Math.min(chunkBytes, end - at + 1), at);
      if (read === 0) throw new Error('the file became shorter');
      const chunk = buffers[turn].subarray(0, read);
      await new Promise((resolve, reject) => outgoing.write(chunk, (error) => (error ? reject(error) : resolve())));
      onChunk(chunk);
      at += read;
    }
    outgoing.end();
  } finally {
    closeSync(handle);
  }
};

/**
 * Sends a file, or some bytes of it, once. `sentAll` tells whether every byte had left before the end.
 *
 * @param onBytes sees what is sent
 */
const putFile = async (url, path, { start, end }, headers, onProgress, onBytes = () => undefined) => {
  let sent = 0;
  const isAll = () => sent === end - start + 1;
  try {
    const answer = await exchange(url, 'PUT', headers, (outgoing) => {
      const onChunk = (chunk) => {
        sent += chunk.length;
        onBytes(chunk);
        onProgress(sent);
      };
      // A refusal may come before the whole file has left; then the answer counts, not the broken pipe.
      pump(path, { start, end }, outgoing, onChunk).catch((error) => outgoing.destroy(error));
    });
    return { ...classify(answer), sentAll: isAll() };
  } catch (error) {
    return { kind: 'failed', said: error.message, sentAll: isAll() };
  }
};

const deliverToUrl = async (url, { path, size }, { say, progress }) => {
  let mayHaveArrived = false;
  let sha256;
  const headers = { 'if-none-match': '*', 'content-length': size };
  const result = await patiently(
    async () => {
      const hash = createHash('sha256');
      const all = { start: 0, end: size - 1 };
      const answer = await putFile(url, path, all, headers, progress, (chunk) => hash.update(chunk));
      if (answer.sentAll) sha256 = hash.digest('hex');
      // The answer to an earlier try was lost after all of the file had left: what is there is this file.
      if (answer.kind === 'before' && mayHaveArrived) return { ...answer, kind: 'delivered' };
      mayHaveArrived ||= answer.sentAll;
      return answer;
    },
    ({ kind }) => kind === 'failed',
    say,
  );
  if (result.kind !== 'delivered') throw new End(result.kind, `${advice[result.kind]} (${result.said})`);
  return { sha256 };
};

// --- A link: the API behind it ---------------------------------------------------------------------------------------

const exitOfProblem = {
  'link-unknown': 'url',
  'link-over': 'url',
  'already-delivered': 'before',
  'file-refused': 'file',
  'bad-request': 'file',
};

/** The routes behind a link: see docs/openapi.json. */
const createApi = (link, say) => {
  const origin = `${link.protocol}//${link.host}`;
  const linkId = link.pathname.split('/').at(-1);
  const authorization = `Bearer ${link.hash.slice(1)}`;
  const once = async (method, path, content) => {
    const body = content === undefined ? undefined : Buffer.from(JSON.stringify(content));
    const headers = {
      authorization,
      ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const answer = await exchange(new URL(`${origin}/links/${linkId}${path}`), method, headers, (out) => out.end(body));
    const json = parsed(answer.body);
    if (answer.status < 300) return { kind: 'answered', json };
    const after = Number(answer.headers['retry-after'] ?? 0);
    if (answer.status === 429 && after > 60) throw new End('failed', json.detail ?? 'tried too often');
    const problem = String(json.type).split(':').at(-1);
    if (answer.status === 429 || answer.status >= 500 || problem === 'opening')
      return { kind: 'failed', said: json.detail ?? answer.status, after };
    throw new End(exitOfProblem[problem] ?? 'failed', json.detail ?? `the server answered ${answer.status}`, {
      problem,
      findings: json.findings,
      state: json.state,
    });
  };
  return async (method, path, content) => {
    const result = await patiently(
      () => once(method, path, content),
      ({ kind }) => kind === 'failed',
      say,
    );
    if (result.kind === 'failed') throw new End('failed', `${advice.failed} (${result.said})`);
    return result.json;
  };
};

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

/** Refuses in words what the feed would send back: the rules, over the first bytes. */
const checkBefore = async (api, file, say) => {
  const handle = openSync(file.plain);
  const buffer = Buffer.alloc(headBytes);
  const head = buffer.subarray(0, readSync(handle, buffer, 0, headBytes, 0)).toString('base64');
  closeSync(handle);
  const { findings } = await api('POST', '/check', { name: file.name, size: file.plainSize, type: '', head });
  if (findings.some(({ severity }) => severity === 'error')) {
    throw new End('file', 'The file would be sent back. Nothing was sent.', { findings });
  }
  for (const finding of findings) say(findingLine(finding));
};

const findingLine = ({ line, column, expected, got, fix }) =>
  `  ${[line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(', ') || 'the file'}: expected ${expected}, got "${got}". ${fix}`;

const deliverByLink = async (link, file, { say, progress }) => {
  const api = createApi(link, say);
  await checkBefore(api, file, say);
  const announced = { name: file.name, size: file.size, type: '', ...(file.isGzip && { encoding: 'gzip' }) };
  const sha256 = file.size <= onePieceBytes ? await sendWhole(api, announced, file, { say, progress }) : undefined;
  return { api, sha256: sha256 ?? (await sendParts(api, announced, file, { say, progress })) };
};

/** @returns the SHA-256 of the file */
const sendWhole = async (api, announced, { path, size }, { say, progress }) => {
  const sum = createHash('sha256').update(readFileSync(path)).digest();
  const start = async () => (await api('POST', '/uploads', { ...announced, sha256: sum.toString('base64') })).put;
  let put = await start();
  let mayHaveArrived = false;
  await sendPatiently(async (index) => {
    // The answer to an earlier try was lost after all of the file had left: what is there is this file.
    const isOurs = ({ kind }) => kind === 'before' && mayHaveArrived;
    try {
      if (index > 0) put = await start();
    } catch (error) {
      if (isOurs(error)) return { kind: 'delivered' };
      throw error;
    }
    const answer = await putFile(new URL(put.url), path, { start: 0, end: size - 1 }, put.headers, progress);
    if (isOurs(answer)) return { ...answer, kind: 'delivered' };
    mayHaveArrived ||= answer.sentAll;
    return answer;
  }, say);
  return sum.toString('hex');
};

/** The same for the same file, without reading all of it: by this a later run finds what an earlier one began. */
const fingerprintOf = ({ path, plain, name, size }) => {
  const hash = createHash('sha256').update(`${name} ${size} ${statSync(plain).mtimeMs}`);
  const handle = openSync(path);
  for (const at of [0, Math.max(0, size - headBytes)]) {
    const buffer = Buffer.alloc(headBytes);
    hash.update(buffer.subarray(0, readSync(handle, buffer, 0, headBytes, at)));
  }
  closeSync(handle);
  return hash.digest('base64');
};

/**
 * Several parts at once. A thread beside this one sums up the file, part by part and as a whole, ahead of what is sent;
 * what is there already is held against its sum, and sent again if it differs.
 *
 * @returns the SHA-256 of the file
 */
const sendParts = async (api, announced, file, { say, progress }) => {
  const started = await api('POST', '/uploads', { ...announced, fingerprint: fingerprintOf(file) });
  const { uploadId, multipart } = started;
  const { partBytes, parts, received } = multipart;
  const there = new Map(received.map(({ partNumber, sha256 }) => [partNumber, sha256]));
  if (there.size > 0) say(`${there.size} of ${parts} parts are there already`);
  const sums = sumUp(file.path, partBytes, parts);
  const urls = createPartUrls(api, uploadId, sums, parts);
  const onTheWay = new Map();
  let done = 0;
  const tell = () => progress(done + [...onTheWay.values()].reduce((sum, bytes) => sum + bytes, 0));
  let next = 1;
  const lane = async () => {
    for (let number = next++; number <= parts; number = next++) {
      const start = (number - 1) * partBytes;
      const bytes = { start, end: Math.min(file.size, start + partBytes) - 1 };
      if ((await sums.of(number)) !== there.get(number)) {
        const onProgress = (sent) => {
          onTheWay.set(number, sent);
          tell();
        };
        await sendPatiently(async (index) => {
          const { url, headers } = await urls.of(number, index > 0);
          return putFile(new URL(url), file.path, bytes, headers, onProgress);
        }, say);
      }
      onTheWay.delete(number);
      done += bytes.end - bytes.start + 1;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } catch (error) {
    next = parts + 1;
    sums.stop();
    throw error;
  }
  const sha256 = await sums.ofWhole();
  await api('POST', `/uploads/${uploadId}/complete`, { sha256: sha256.toString('base64') });
  return sha256.toString('hex');
};

/** URLs of parts, several for one question: whatever is summed up already is asked for as well. */
const createPartUrls = (api, uploadId, sums, parts) => {
  const known = new Map();
  const ask = async (numbers) => {
    const body = await Promise.all(
      numbers.map(async (partNumber) => ({ partNumber, sha256: await sums.of(partNumber) })),
    );
    const { parts: signed } = await api('POST', `/uploads/${uploadId}/parts`, { parts: body });
    return new Map(signed.map((one) => [one.partNumber, one]));
  };
  return {
    /** @param isFresh the one that was given before was refused: it may have ended */
    async of(number, isFresh) {
      if (isFresh || !known.has(number)) {
        const following = Array.from({ length: signedAtOnce - 1 }, (_, index) => number + index + 1);
        const ready = isFresh ? [] : following.filter((one) => one <= parts && sums.isReady(one) && !known.has(one));
        const answer = ask([number, ...ready]);
        for (const one of [number, ...ready]) known.set(one, answer);
      }
      return (await known.get(number)).get(number);
    },
  };
};

/** Sums of each part and of the whole, made by a thread of this same file. */
const sumUp = (path, partBytes, parts) => {
  const waiting = Array.from({ length: parts + 1 }, () => {
    const one = {};
    one.promise = new Promise((resolve, reject) => Object.assign(one, { resolve, reject }));
    // Whoever needs it hears of a failure; nobody may need it.
    one.promise.catch(() => undefined);
    return one;
  });
  const thread = new Worker(new URL(import.meta.url), { workerData: { path, partBytes, parts } });
  thread.on('message', ({ number, sum }) => {
    waiting[number].isReady = true;
    waiting[number].resolve(number === 0 ? Buffer.from(sum) : Buffer.from(sum).toString('base64'));
  });
  thread.on('error', (error) => {
    for (const one of waiting) one.reject(new End('usage', `${path} cannot be read: ${error.message}`));
  });
  return {
    of: (number) => waiting[number].promise,
    isReady: (number) => waiting[number].isReady === true,
    ofWhole: () => waiting[0].promise,
    stop: () => void thread.terminate(),
  };
};

/** What the thread does: number 0 is the whole. */
const sumInThread = ({ path, partBytes, parts }) => {
  const handle = openSync(path);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  const whole = createHash('sha256');
  for (let number = 1; number <= parts; number += 1) {
    const part = createHash('sha256');
    for (let left = partBytes; left > 0; ) {
      const read = readSync(handle, buffer, 0, Math.min(buffer.length, left));
      if (read === 0) break;
      part.update(buffer.subarray(0, read));
      whole.update(buffer.subarray(0, read));
      left -= read;
    }
    parentPort.postMessage({ number, sum: part.digest() });
  }
  closeSync(handle);
  parentPort.postMessage({ number: 0, sum: whole.digest() });
};

/** A refused URL may only be too old: the next try gets a new one. @throws End */
const sendPatiently = async (send, say) => {
  const result = await patiently(send, ({ kind }) => kind === 'failed' || kind === 'url', say);
  if (result.kind !== 'delivered') throw new End(result.kind, `${advice[result.kind]} (${result.said})`);
};

/** Waits for the verdict. @throws End when the file was sent back */
const verdictOf = async (api, say) => {
  for (let pause = 500; ; pause = Math.min(pause * 1.5, 10_000)) {
    const { state, rejection, outcome } = await api('GET', '');
    if (state !== 'checking') {
      if (state === 'accepted') return outcome;
      throw new End('sentBack', advice.sentBack, { findings: rejection?.findings ?? [], state });
    }
    say('it is being checked …');
    await sleep(pause);
  }
};

// --- The file --------------------------------------------------------------------------------------------------------

/** @returns its size @throws End in words when it cannot be sent */
const sizeOf = (path) => {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error('it is no file');
    return stats.size;
  } catch (error) {
    throw new End('usage', `${path} cannot be read: ${error.message}`);
  }
};

/** What is sent: the file, or with gzip its compressed form in a temporary file. */
const prepare = async (path, isGzip) => {
  const plainSize = sizeOf(path);
  const file = { path, plain: path, plainSize, name: basename(path), size: plainSize, isGzip };
  if (!isGzip) return file;
  const folder = mkdtempSync(join(tmpdir(), 'airlock-upload-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const compressed = join(folder, 'file.gz');
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(compressed));
  } catch (error) {
    throw new End('usage', `${path} cannot be read: ${error.message}`);
  }
  return { ...file, path: compressed, size: sizeOf(compressed) };
};

// --- People ----------------------------------------------------------------------------------------------------------

/** A line that is written over itself, for people; silent elsewhere. */
const progressOf = (size, isShown) => {
  const startedAt = Date.now();
  let shownAt = 0;
  return (bytes) => {
    const now = Date.now();
    if (!isShown || (now - shownAt < 200 && bytes < size)) return;
    shownAt = now;
    const perSecond = bytes / Math.max(0.001, (now - startedAt) / 1000);
    const left = Math.ceil((size - bytes) / Math.max(1, perSecond));
    const share = size === 0 ? 100 : Math.floor((bytes / size) * 100);
    const line = `${String(share).padStart(3)} %  ${megabytes(bytes)} of ${megabytes(size)} MB  ${megabytes(perSecond)} MB/s  ${left} s left`;
    process.stderr.write(`\r${line.padEnd(78)}${bytes === size ? '\n' : ''}`);
  };
};

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

const readArguments = (args) => {
  const flags = args.filter((one) => one.startsWith('--'));
  const [address, path, ...rest] = args.filter((one) => !one.startsWith('--'));
  if (flags.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const odd = flags.find((flag) => !flagsKnown.includes(flag));
  if (odd !== undefined) throw new End('usage', `${odd} is not known.\n${usage}`);
  if (address === undefined || path === undefined || rest.length > 0) throw new End('usage', usage);
  const has = (flag) => flags.includes(flag);
  return { address, path, isGzip: has('--gzip'), waits: has('--wait'), asJson: has('--json'), isQuiet: has('--quiet') };
};

/** A link or a presigned URL. @throws End */
const readAddress = (address) => {
  const text = address === '-' ? readStandardInput().trim() : address;
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new End('usage', 'the link is none: copy it whole, in quotes, as it stands in the mail');
  }
  const isLocal = ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !isLocal) throw new End('usage', 'the link must begin with https://');
  if (/^\/u\/[\w-]+$/.test(url.pathname)) {
    if (!/^#[\w-]{43}$/.test(url.hash))
      throw new End('url', 'the link is cut off: copy it whole, with what follows #, in quotes');
    return { url, isLink: true };
  }
  if (!url.searchParams.has('X-Amz-Signature')) {
    throw new End('url', 'the URL has no signature: copy it whole, in quotes');
  }
  return { url, isLink: false };
};

const readStandardInput = () => {
  const chunks = [];
  const buffer = Buffer.alloc(65_536);
  for (let read = readSync(0, buffer); read > 0; read = readSync(0, buffer))
    chunks.push(Buffer.from(buffer.subarray(0, read)));
  return Buffer.concat(chunks).toString('utf8');
};

const main = async ({ address, path, isGzip, waits, asJson, isQuiet }) => {
  sizeOf(path);
  const { url, isLink } = readAddress(address);
  if (!isLink && (isGzip || waits))
    throw new End('usage', '--gzip and --wait need a link: a URL takes the file as it is');
  const isShown = process.stderr.isTTY && !isQuiet && !asJson;
  const say = (line) => {
    if (!isQuiet && !asJson) process.stderr.write(`${line}\n`);
  };
  const file = await prepare(path, isGzip);
  const progress = progressOf(file.size, isShown);
  const receipt = { file: file.name, bytes: file.size };
  try {
    const deliver = isLink ? deliverByLink : deliverToUrl;
    const { api, sha256 } = await deliver(url, file, { say, progress });
    const at = new Date(toldAt ?? Date.now()).toISOString();
    const outcome = waits ? await verdictOf(api, say) : undefined;
    return { result: 'delivered', ...receipt, sha256, at, ...(outcome !== undefined && { outcome }) };
  } catch (error) {
    if (error instanceof End) Object.assign(error.details, receipt);
    throw error;
  }
};

const report = ({ result, file, bytes, sha256, at, outcome }) => {
  process.stdout.write(`Delivered ${file}: ${bytes} bytes, SHA-256 ${sha256}, ${at}\n`);
  if (outcome !== undefined) process.stdout.write(`${outcome}\n`);
  return result;
};

const run = async () => {
  const asJson = process.argv.includes('--json');
  try {
    const receipt = await main(readArguments(process.argv.slice(2)));
    if (asJson) process.stdout.write(`${JSON.stringify(receipt)}\n`);
    else report(receipt);
    return exits.delivered;
  } catch (error) {
    const { kind = 'failed', details = {} } = error;
    if (asJson && kind !== 'usage') {
      process.stdout.write(
        `${JSON.stringify({ result: kind, ...details, at: new Date().toISOString(), said: error.message })}\n`,
      );
    } else {
      process.stderr.write(`${error.message}\n`);
      for (const finding of details.findings ?? []) process.stderr.write(`${findingLine(finding)}\n`);
    }
    return exits[kind];
  }
};

if (isMainThread) {
  process.exitCode = await run();
  for (const agent of Object.values(agents)) agent.destroy();
} else {
  sumInThread(workerData);
}
