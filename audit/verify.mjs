#!/usr/bin/env node
/*
 * Checks evidence of Airlock, with nothing but Node 18.17 and a copy of the archive bucket:
 *
 *   aws s3 sync s3://<archive bucket> archive
 *   node verify.mjs archive [--accepted <copy of the bucket of accepted files>] [--chains <copy of chains/ of the ledger>]
 *     [--partner acme] [--feed partner/feed] [--from 2026-07-01] [--to 2026-09-30] [--key <public key>] [--locks <file>] [--json]
 *
 * Of every pack (evidence.json): it is canonical JSON (RFC 8785), its history has the hash that it names, it names the
 * hash of the pack before it, and no place in the chain is empty or taken twice. With --accepted: the accepted file has
 * the hash that was computed when it was checked. With --chains: the newest pack of each feed is the one that Airlock
 * remembers. With --key (PEM or DER): every pack is signed by it. With --locks (what S3 said of each object, as `audit verify`
 * writes it): every object is locked for as long as the bucket's rule asks. --from and --to are days on which packs were recorded: only
 * those are looked into; the chain is checked whole in any case. Exit codes: 0 all holds · 1 something does not, or nothing is there · 2 wrong use.
 */
import { createHash, createPublicKey, verify as isSignedBy } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

const usage =
  'node verify.mjs <folder> [--accepted <folder>] [--chains <folder>] [--key <file>] [--locks <file>]\n' +
  '  [--partner acme] [--feed partner/feed] [--from 2026-07-01] [--to 2026-09-30] [--json]';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const sha256OfFile = async (path) => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
};

/** RFC 8785 for what evidence is made of. */
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
};

/** Every pack below a folder, with its key in the bucket. */
const packsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((key) => key.endsWith('/evidence.json'))
    .sort()
    .map((key) => ({ key, text: readFileSync(join(folder, key), 'utf8') }));

/** A file that a pack names; undefined where the name leads out of the folder, or to no file. */
const within = (folder, key) => {
  if (typeof key !== 'string') return undefined;
  const path = resolve(folder, key);
  return path.startsWith(resolve(folder) + sep) && statSync(path, { throwIfNoEntry: false })?.isFile()
    ? path
    : undefined;
};

/** What does not hold of one pack by itself. */
const faultsOf = (folder, { key, text }, pack) => {
  const faults = [];
  if (canonical(pack) !== text)
    faults.push(`${key}: not in canonical form: it was written by something else, or changed`);
  if (!key.startsWith(`${pack.partner}/${pack.feed}/`)) {
    faults.push(`${key}: evidence of ${pack.partner}/${pack.feed}: it was moved here`);
  }
  const { history } = pack.execution;
  const beside = key.replace(/evidence\.json$/, 'history.json');
  const path = within(folder, beside);
  if (history.key !== beside) faults.push(`${key}: names the history of another run: ${history.key}`);
  else if (path === undefined) faults.push(`${key}: its history ${beside} is not there`);
  else if (sha256(readFileSync(path)) !== history.sha256) {
    faults.push(`${beside}: not the history that ${key} names: its SHA-256 is another`);
  }
  return faults;
};

const acceptedFault = async (folder, { key }, { accepted }) => {
  if (accepted?.sha256 === undefined) return [];
  const path = within(folder, accepted.key);
  if (path === undefined) return [`${key}: the accepted file ${accepted.key} is not there`];
  const found = await sha256OfFile(path);
  return found === accepted.sha256 ? [] : [`${accepted.key}: SHA-256 is ${found}, evidence says ${accepted.sha256}`];
};

/** A public key as PEM, or as the bytes that KMS gives (SPKI in DER). */
const readKey = (path) => {
  const bytes = readFileSync(path);
  return bytes.includes('-----BEGIN')
    ? createPublicKey(bytes)
    : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
};

/** evidence.jws beside a pack: a JWS (ES256) over its key and its hash. */
const signatureFaults = (folder, { key, text }, publicKey) => {
  const path = within(folder, key.replace(/evidence\.json$/, 'evidence.jws'));
  if (path === undefined) return [`${key}: not signed: evidence.jws is not beside it`];
  const [header = '', payload = '', signature = ''] = readFileSync(path, 'utf8').trim().split('.');
  const by = { key: publicKey, dsaEncoding: 'ieee-p1363' };
  if (!isSignedBy('sha256', Buffer.from(`${header}.${payload}`), by, Buffer.from(signature, 'base64url'))) {
    return [`${key}: evidence.jws is not signed by this key, or was changed`];
  }
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return said.key === key && said.sha256 === sha256(text) ? [] : [`${key}: evidence.jws is of another pack`];
};

const dayMs = 86_400_000;

/**
 * What S3 said of the bucket's rule and of each object:
 * `{"days": 3650, "mode": "COMPLIANCE", "objects": {"<key>": {"mode", "until", "writtenAt"}}}`.
 */
const lockFaults = ({ days, mode: asked, objects }, folder, { key }) => {
  const beside = key.replace(/evidence\.json$/, '');
  const names = ['evidence.json', 'history.json', 'evidence.html', 'evidence.jws'];
  return names
    .map((name) => beside + name)
    .filter((one) => within(folder, one) !== undefined)
    .flatMap((one) => {
      const { mode, until, writtenAt } = objects[one] ?? {};
      if (mode === undefined || until === undefined) return [`${one}: not locked: it can be deleted`];
      if (asked === 'COMPLIANCE' && mode !== asked)
        return [`${one}: locked in mode ${mode}, the bucket's rule asks for ${asked}`];
      const least = Date.parse(writtenAt) + days * dayMs;
      // S3 counts from a moment within the second that it tells.
      return Date.parse(until) >= least - 1000
        ? []
        : [`${one}: locked until ${until}, the bucket's rule asks for ${new Date(least).toISOString()}`];
    });
};

/** The newest packs beside what Airlock remembers of them: without this, nobody misses the last one. */
const headFaults = (folder, feeds, isWanted) =>
  readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json') && isWanted(name.replace(/\.json$/, '/')))
    .flatMap((name) => {
      const { sequence, head } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const feed = name.replace(/\.json$/, '');
      const newest = (feeds.get(feed) ?? []).find(({ pack }) => pack.chain.sequence === sequence);
      if (sequence === 0 || (newest && sha256(newest.text) === head?.sha256)) return [];
      if (!newest) return [`${feed}: the newest pack is missing, number ${sequence}`];
      return [`${newest.key}: not the pack that the ledger remembers: its SHA-256 is another`];
    });

/** What does not hold of the packs of one feed together. */
const chainFaults = (feed, packs) => {
  const faults = [];
  const inOrder = [...packs].sort((a, b) => a.pack.chain.sequence - b.pack.chain.sequence);
  let before;
  for (const one of inOrder) {
    const { sequence, previous } = one.pack.chain;
    const expected = (before?.pack.chain.sequence ?? 0) + 1;
    if (before && sequence === before.pack.chain.sequence) {
      faults.push(`${feed}: a fork: ${before.key} and ${one.key} both say that they are number ${sequence}`);
    } else if (sequence !== expected) {
      faults.push(`${feed}: a gap: number ${expected} is missing before ${one.key} (number ${sequence})`);
    } else if (
      (previous?.sha256 ?? null) !== (before ? sha256(before.text) : null) ||
      (previous?.key ?? null) !== (before?.key ?? null)
    ) {
      faults.push(`${one.key}: names another pack before it than ${before?.key ?? 'none'}: one of both was changed`);
    }
    before = one;
  }
  return faults;
};

const readPack = (one) => {
  try {
    const pack = JSON.parse(one.text);
    const isKnown = pack.version === 1 && Number.isInteger(pack.chain?.sequence) && pack.execution?.history;
    if (isKnown) return { ...one, pack };
  } catch {
    // Told by the caller.
  }
  return { ...one, pack: undefined };
};

const verify = async (folder, { accepted, chains, feed, partner, from, to, publicKey, locks }) => {
  const wanted = feed ?? partner;
  const isWanted = (key) => wanted === undefined || key.startsWith(`${wanted}/`);
  const isInRange = ({ pack }) => {
    const day = String(pack.recordedAt).slice(0, 10);
    return (from === undefined || day >= from) && (to === undefined || day <= to);
  };
  const all = packsIn(folder)
    .filter(({ key }) => isWanted(key))
    .map(readPack);
  const known = all.filter(({ pack }) => pack);
  const looked = known.filter(isInRange);
  const feeds = known.reduce((map, one) => {
    const name = `${one.pack.partner}/${one.pack.feed}`;
    map.get(name)?.push(one) ?? map.set(name, [one]);
    return map;
  }, new Map());
  const faults = all.filter(({ pack }) => !pack).map(({ key }) => `${key}: no evidence of a form that is known here`);
  if (looked.length === 0) faults.push(`no evidence${wanted === undefined ? '' : ` of ${wanted}`} in ${folder}`);
  for (const one of looked) {
    faults.push(...faultsOf(folder, one, one.pack));
    if (publicKey !== undefined) faults.push(...signatureFaults(folder, one, publicKey));
    if (locks !== undefined) faults.push(...lockFaults(locks, folder, one));
    if (accepted !== undefined) faults.push(...(await acceptedFault(accepted, one, one.pack)));
  }
  for (const [name, ofFeed] of feeds) faults.push(...chainFaults(name, ofFeed));
  if (chains !== undefined) faults.push(...headFaults(chains, feeds, isWanted));
  const ofFeeds = new Set(looked.map(({ pack }) => `${pack.partner}/${pack.feed}`));
  return { packs: looked.length, feeds: ofFeeds.size, faults };
};

/** What somebody named wrongly: said, with what may come. */
class WrongUse extends Error {}

const readAs = (what, path, read) => {
  try {
    return path && read(path);
  } catch (error) {
    throw new WrongUse(`${what}: got ${path}, which cannot be used: ${error.message}`);
  }
};

const main = async (args) => {
  // Before, readdir knows no folders in folders.
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 18 || (major === 18 && minor < 17)) {
    process.stderr.write(`got Node ${process.versions.node}, allowed 18.17 or newer; install one\n`);
    return 2;
  }
  const flag = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : (args.splice(at, 2)[1] ?? '(nothing)');
  };
  const [accepted, chains, key, locks] = ['--accepted', '--chains', '--key', '--locks'].map(flag);
  const [feed, partner, from, to] = ['--feed', '--partner', '--from', '--to'].map(flag);
  const asJson = args.includes('--json');
  const [folder, ...rest] = args.filter((one) => one !== '--json');
  const missing = [folder, accepted, chains, key, locks].find((one) => one !== undefined && !existsSync(one));
  const noDay = [from, to].find((one) => one !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(one));
  let result;
  try {
    if (folder === undefined || rest.length > 0) throw new WrongUse('say which folder');
    if (missing !== undefined) throw new WrongUse(`${missing} is not here`);
    if (noDay !== undefined) throw new WrongUse(`got ${noDay}, allowed a day such as 2026-07-01`);
    if (feed !== undefined && partner !== undefined) throw new WrongUse('say --partner or --feed, not both');
    for (const one of [folder, accepted, chains]) {
      if (one !== undefined && !statSync(one).isDirectory()) throw new WrongUse(`${one} is no folder`);
    }
    const publicKey = readAs('--key', key, readKey);
    const lockFile = readAs('--locks', locks, (path) => {
      const { objects, ...rule } = JSON.parse(readFileSync(path, 'utf8'));
      if (typeof objects !== 'object' || objects === null) throw new Error('it has no objects');
      return { ...rule, objects };
    });
    result = await verify(folder, { accepted, chains, feed, partner, from, to, publicKey, locks: lockFile });
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`${error.message}\n${usage}\n`);
    return 2;
  }
  if (asJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const fault of result.faults) process.stdout.write(`${fault}\n`);
    const said = result.faults.length === 0 ? 'all of it holds' : `${result.faults.length} things do not hold`;
    process.stdout.write(`${result.packs} packs of ${result.feeds} feeds: ${said}\n`);
  }
  return result.faults.length === 0 ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2));
