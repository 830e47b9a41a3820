import { base64Sha256 } from '../../core/api/bodies.ts';
import { createClients } from '../clients.ts';
import { CliError, findDeployment } from '../deployment.ts';
import { type Flags, type Invocation, print } from '../invocation.ts';
import { timeOf } from '../time.ts';
import { downloadUrl, uploadUrl } from '../url.ts';

/** Signs a URL with the credentials of whoever asks. */
export const url = async ({ stack, settings, asJson, flags }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const deployment = await findDeployment(clients.cloudformation, stack);
  const signedAt = new Date(await timeOf(settings).now());
  const signing = { s3: clients.s3, deployment, expiresIn: whole('seconds', flags.seconds), signedAt };
  const signed = await signedFor(signing, flags);
  if (asJson) {
    print(JSON.stringify(signed));
    return true;
  }
  const headers = Object.entries(signed.requiredHeaders).map(([name, value]) => `-H '${name}: ${value}' `);
  print(`works until ${signed.expiresAt}; whoever has it can use it`);
  print(flags.method === 'GET' ? signed.url : `curl ${headers.join('')}-T FILE '${signed.url}'`);
  return true;
};

const signedFor = (signing: Parameters<typeof downloadUrl>[0], flags: Flags) => {
  const { method, bucket, key, request, attempt, type, size, sha256 } = flags;
  if (method === 'GET' && bucket !== undefined && key !== undefined) return downloadUrl(signing, bucket, key);
  if (method === 'PUT' && request !== undefined) {
    if (sha256 !== undefined && !base64Sha256.safeParse(sha256).success) {
      throw new CliError(`--sha256: got ${sha256}, allowed a SHA-256 in base64: 44 characters`);
    }
    const terms = { contentType: type, sha256, sizeBytes: size === undefined ? undefined : whole('size', size) };
    return uploadUrl(signing, { requestId: request, attempt: whole('attempt', attempt), terms });
  }
  throw new CliError(
    `--method: got ${flags.method ?? 'nothing'}, allowed GET with --bucket and --key, or PUT with --request; nobody gets DELETE`,
  );
};

const whole = (flag: string, text: string): number => {
  if (/^[1-9]\d{0,12}$/.test(text)) return Number(text);
  throw new CliError(`--${flag}: got ${text}, allowed a whole number from 1`);
};
