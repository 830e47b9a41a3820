#!/usr/bin/env node
/*
 * Uploads one file to the URL of an Airlock mail. One file of its own, nothing to install, Node 18 or newer:
 *
 *   node airlock-upload.mjs <url> <file> [--json] [--quiet]
 *
 * Give "-" instead of the URL to read it from standard input: whoever sees your command line could use it.
 *
 * Exit codes: 0 delivered · 1 wrong use, or the file cannot be read · 2 not delivered, try again · 3 a file was delivered
 * before · 4 the URL is not accepted (ended, or changed on its way) · 5 the file is not accepted
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream, readSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const exits = { delivered: 0, usage: 1, failed: 2, before: 3, url: 4, file: 5 };
const usage = 'node airlock-upload.mjs <url> <file> [--json] [--quiet]   ("-" reads the URL from standard input)';

/** Pauses between tries, in milliseconds; each is shortened by chance so that many do not come back at once. */
const pausesMs = [1000, 2000, 5000, 10_000, 20_000];

/** What a try came to: an answer of the server, or what kept it from answering. */
const classify = (status, body) => {
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

const advice = {
  delivered: '',
  before: 'A file was delivered with this URL before: it takes one, once. If that was not yours, tell whoever sent it.',
  url: 'The URL is not accepted. If it has ended, the next mail brings a new one; else copy it again, whole.',
  file: 'The file is not accepted as it was sent.',
  failed: 'Nothing was delivered. Try again while the URL works.',
};

/** Sends the file once. Resolves whatever happens; `sentAll` tells whether every byte had left before the end. */
const attempt = async (url, path, size, onProgress) => {
  const hash = createHash('sha256');
  const sent = { bytes: 0 };
  const counting = new Transform({
    transform(chunk, _, next) {
      hash.update(chunk);
      sent.bytes += chunk.length;
      onProgress(sent.bytes);
      next(undefined, chunk);
    },
  });
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = send(url, { method: 'PUT', headers: { 'if-none-match': '*', 'content-length': size } });
  const answered = new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        if (body.length < 10_000) body += text;
      });
      response.on('end', () => resolve(classify(response.statusCode, body)));
      response.on('error', reject);
    });
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error('no progress for a minute')));
  });
  try {
    // A refusal may come before the whole file has left; then the answer counts, not the broken pipe.
    const sending = pipeline(createReadStream(path), counting, outgoing).catch((error) => error);
    const result = await answered;
    await sending;
    return { ...result, sha256: hash.digest('hex'), sentAll: sent.bytes === size };
  } catch (error) {
    return { kind: 'failed', said: error.message, sentAll: sent.bytes === size };
  }
};

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
    process.stderr.write(`\r${line.padEnd(70)}${bytes === size ? '\n' : ''}`);
  };
};

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries until the server has decided, or the pauses are used up. */
const deliver = async (url, path, size, { say, isShown }) => {
  let mayHaveArrived = false;
  for (let index = 0; ; index += 1) {
    const result = await attempt(url, path, size, progressOf(size, isShown));
    // The answer to an earlier try was lost after all of the file had left: what is there is this file.
    if (result.kind === 'before' && mayHaveArrived) return { ...result, kind: 'delivered' };
    if (result.kind !== 'failed' || index === pausesMs.length) return result;
    mayHaveArrived ||= result.sentAll;
    const pause = Math.ceil(pausesMs[index] * (0.5 + Math.random() / 2));
    say(`not delivered (${result.said}); trying again in ${(pause / 1000).toFixed(1)} s …`);
    await sleep(pause);
  }
};

const readArguments = (args) => {
  const flags = args.filter((one) => one.startsWith('--'));
  const [address, path, ...rest] = args.filter((one) => !one.startsWith('--'));
  const odd = flags.find((flag) => !['--json', '--quiet'].includes(flag));
  if (odd !== undefined) throw new Error(`${odd} is not known.\n${usage}`);
  if (address === undefined || path === undefined || rest.length > 0) throw new Error(usage);
  return { address, path, asJson: flags.includes('--json'), isQuiet: flags.includes('--quiet') };
};

const readUrl = (address) => {
  const text = address === '-' ? readStandardInput().trim() : address;
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Error('the URL is not one: copy it whole, in quotes, as it stands in the mail');
  }
  const isLocal = ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !isLocal) throw new Error('the URL must begin with https://');
  if (!url.searchParams.has('X-Amz-Signature')) throw new Error('the URL has no signature: copy it whole, in quotes');
  return url;
};

const readStandardInput = () => {
  const chunks = [];
  const buffer = Buffer.alloc(65_536);
  for (let read = readSync(0, buffer); read > 0; read = readSync(0, buffer))
    chunks.push(Buffer.from(buffer.subarray(0, read)));
  return Buffer.concat(chunks).toString('utf8');
};

/** @returns its size; throws in words when it cannot be sent */
const checkFile = (path) => {
  try {
    accessSync(path, constants.R_OK);
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error('it is no file');
    return stats.size;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error.message}`);
  }
};

const main = async () => {
  const { address, path, asJson, isQuiet } = readArguments(process.argv.slice(2));
  const size = checkFile(path);
  const url = readUrl(address);
  const say = (line) => {
    if (!isQuiet && !asJson) process.stderr.write(`${line}\n`);
  };
  const result = await deliver(url, path, size, { say, isShown: process.stderr.isTTY && !isQuiet && !asJson });
  const receipt = {
    result: result.kind,
    file: basename(path),
    bytes: size,
    sha256: result.sha256,
    at: new Date().toISOString(),
  };
  if (asJson) process.stdout.write(`${JSON.stringify({ ...receipt, said: result.said })}\n`);
  else if (result.kind === 'delivered') {
    process.stdout.write(`Delivered ${receipt.file}: ${size} bytes, SHA-256 ${result.sha256}, ${receipt.at}\n`);
  } else process.stderr.write(`${advice[result.kind]} (${result.said})\n`);
  return exits[result.kind];
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exits.usage;
  },
);
