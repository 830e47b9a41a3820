import { probePrefix } from '../../core/names.ts';
import { presignPut } from '../presign.ts';
import { type Check, type Finding, verdict } from './check.ts';

/**
 * Tries what a partner does, on a key that no rule sees and that is gone in a day: a signed URL takes a file once. It is
 * signed with your own credentials: nobody but the functions can sign with theirs.
 */
export const upload: Check = async ({ clients: { s3 }, deployment: { buckets }, newId, now }) => {
  const url = await presignPut(s3, buckets.Landing, `${probePrefix}${newId()}.txt`, await now());
  const put = async (): Promise<number> =>
    (await fetch(url, { method: 'PUT', headers: { 'if-none-match': '*' }, body: 'doctor\n' })).status;
  const unconditional = await presignPut(s3, buckets.Landing, `${probePrefix}${newId()}.txt`, await now(), {});
  const bare = (await fetch(unconditional, { method: 'PUT', body: 'doctor\n' })).status;
  const first = await put();
  const second = await put();
  return [
    refusal(bare, 403, 'an upload without If-None-Match is refused'),
    verdict(
      first === 200,
      'a signed URL takes a file',
      `a signed URL was answered ${first}`,
      'may you put into the landing bucket, and use its key (-c operators=…)? is your network among allowedCidrs?',
    ),
    ...(first === 200 ? [refusal(second, 412, 'and no second one')] : []),
  ];
};

const refusal = (status: number, wanted: number, what: string): Finding =>
  verdict(status === wanted, what, `${what}: expected ${wanted}, got ${status}`, 'deploy the stack again');
