import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { inParallel } from '../../core/parallel.ts';
import { isDay } from '../../core/time.ts';
import { createClients } from '../clients.ts';
import { CliError, findDeployment } from '../deployment.ts';
import type { Flags, Invocation } from '../invocation.ts';
import { partnersIn, requireKnown } from '../partners.ts';
import { ProgressBar } from '../progress.ts';

/** Flags that mean the same to the verifier. */
const passedOn = ['accepted', 'feed', 'partner', 'from', 'to', 'key'] as const;

/** The one file that a third party gets; the command runs the same. */
const verifier = join(import.meta.dirname, '../../audit/verify.mjs');

/** Checks the evidence in a copy of the archive, or of a deployment's own, which is copied first. */
export const auditVerify = async (invocation: Invocation): Promise<boolean> => {
  const { command, flags, asJson } = invocation;
  requireDays(flags);
  const copied = command[2] === undefined ? await copyEvidence(invocation) : undefined;
  if (copied === 'nothing') {
    process.stdout.write(
      asJson ? '{"packs":0,"feeds":0,"faults":[]}\n' : 'No run has ended yet: there is no evidence to verify.\n',
    );
    return true;
  }
  const folder = command[2] ?? copied?.archive ?? '';
  const args = [
    folder,
    ...(copied ? ['--chains', copied.chains, '--locks', copied.locks] : []),
    ...passedOn.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]])),
    ...(asJson ? ['--json'] : []),
  ];
  const child = spawn(process.execPath, [verifier, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  // What names people and addresses does not stay behind.
  if (copied) await forget(copied);
  if (code === 2) {
    throw new CliError(
      copied
        ? 'audit verify could not look; see above'
        : `audit verify: got ${folder}, allowed a copy of the archive bucket`,
    );
  }
  return code === 0;
};

/** @throws CliError for a day that is none */
const requireDays = ({ from, to }: Flags): void => {
  for (const [flag, day] of Object.entries({ from, to })) {
    if (day === undefined || isDay(day)) continue;
    throw new CliError(`--${flag}: got ${day}, allowed a day such as 2026-07-01`);
  }
};

interface Copied {
  readonly archive: string;
  readonly chains: string;
  readonly locks: string;
}

const forget = async ({ archive, chains, locks }: Copied): Promise<void> => {
  for (const path of [archive, dirname(chains), locks]) await rm(path, { recursive: true, force: true });
};

/**
 * What a deployment has: its archive, and what its ledger remembers of the newest packs. `nothing` where no run has ended yet.
 *
 * @throws CliError for a partner or a feed that has no evidence
 */
const copyEvidence = async ({ stack, settings, flags }: Invocation): Promise<Copied | 'nothing'> => {
  const { cloudformation, s3 } = createClients(settings);
  const { buckets } = await findDeployment(cloudformation, stack);
  const known = await partnersIn(s3, buckets.Ledger, 'chains/');
  if (known.length === 0 && (await partnersIn(s3, buckets.Archive)).length === 0) return 'nothing';
  const wanted = flags.partner ?? flags.feed?.split('/')[0];
  if (wanted !== undefined) requireKnown(wanted, known);
  // First, so that a pack of this very moment is none too few.
  const ledger = await copyOf(s3, buckets.Ledger, 'chains/');
  const locks: Record<string, Lock> = {};
  const archive = await copyOf(s3, buckets.Archive, prefixOf(flags), (key, lock) => {
    locks[key] = lock;
  });
  const path = `${archive}.locks.json`;
  await writeFile(path, JSON.stringify({ ...(await lockRule(s3, buckets.Archive)), objects: locks }));
  return { archive, chains: join(ledger, 'chains'), locks: path };
};

/** What is asked for, and no more of the archive is copied. */
const prefixOf = ({ feed, partner }: Flags): string => ((feed ?? partner) === undefined ? '' : `${feed ?? partner}/`);

/** For how long, and how hard, the bucket locks what comes; 0 days where it has no rule. */
const lockRule = async (s3: S3Client, Bucket: string): Promise<{ days: number; mode?: string }> => {
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  const { Days, Years, Mode } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
  return { days: Days ?? (Years ?? 0) * 365, ...(Mode && { mode: Mode }) };
};

/** What S3 says of the lock of an object, beside its bytes. */
interface Lock {
  readonly mode: string | undefined;
  readonly until: string | undefined;
  readonly writtenAt: string | undefined;
}

/** @returns a folder of its own with every object under a prefix */
const copyOf = async (
  s3: S3Client,
  bucket: string,
  Prefix: string,
  onLock: (key: string, lock: Lock) => void = () => undefined,
): Promise<string> => {
  const objects: { key: string; size: number }[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix })) {
    objects.push(...Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size })));
  }
  const folder = await mkdtemp(join(tmpdir(), 'airlock-evidence-'));
  // Nothing may be there yet.
  await mkdir(join(folder, Prefix), { recursive: true });
  const progress = new ProgressBar(process.stderr, `copying ${bucket}`);
  const all = objects.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  await inParallel(objects, async ({ key, size }) => {
    onLock(key, await copyObject(s3, bucket, key, join(folder, key), folder));
    done += size;
    progress.show(done, all);
  });
  progress.end();
  return folder;
};

const copyObject = async (s3: S3Client, bucket: string, key: string, path: string, folder: string): Promise<Lock> => {
  // Keys are ours; one that leads out of the folder is not.
  if (!path.startsWith(folder + sep)) throw new CliError(`${bucket} has a key that is none of ours: ${key}`);
  const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const { Body, ObjectLockMode, ObjectLockRetainUntilDate, LastModified } = got;
  await mkdir(dirname(path), { recursive: true });
  if (Body instanceof Readable) await pipeline(Body, createWriteStream(path));
  return {
    mode: ObjectLockMode,
    until: ObjectLockRetainUntilDate?.toISOString(),
    writtenAt: LastModified?.toISOString(),
  };
};
