import { STSClient } from '@aws-sdk/client-sts';
import { createStsSessions } from '../../adapters/sts-sessions.ts';

const roleArn = 'arn:aws:iam::000000000000:role/signer';
const put = (key: string) => ({ Action: 's3:PutObject', Resource: `arn:aws:s3:::landing/${key}` });
const opensAt = Date.parse('2026-11-23T06:00:00.000Z');

/** What STS was asked for, and how it answers; the client is the SDK's own. */
const world = ({ without = '' } = {}) => {
  const asked: URLSearchParams[] = [];
  let now = opensAt;
  const sts = new STSClient({
    region: 'eu-west-1',
    endpoint: 'https://sts.invalid',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ body }: { body: string }) => {
        asked.push(new URLSearchParams(body));
        const ends = new Date(now + 3_600_000).toISOString();
        const sent = { AccessKeyId: `AK${asked.length}`, SecretAccessKey: 's', SessionToken: 't', Expiration: ends };
        const credentials = Object.entries(sent)
          .filter(([name]) => name !== without)
          .map(([name, value]) => `<${name}>${value}</${name}>`);
        const text = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials.join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
        return { response: { statusCode: 200, headers: {}, body: new TextEncoder().encode(text) } };
      },
    } as never,
  });
  const sessions = createStsSessions({ sts, roleArn, clock: { now: () => new Date(now) } });
  return {
    sessions,
    asked,
    advance: (minutes: number) => {
      now += minutes * 60_000;
    },
  };
};

describe('a session of the signer', () => {
  it('may do to one object what is asked for, and nothing else, for an hour', async () => {
    const { sessions, asked } = world();
    const { credentials } = await sessions('acme/orders/2026-11-23/1/1/upload.csv', [put('x')]);
    expect(credentials).toEqual({ accessKeyId: 'AK1', secretAccessKey: 's', sessionToken: 't' });
    const [request] = asked;
    expect(JSON.parse(request?.get('Policy') ?? '')).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', ...put('x') }],
    });
    expect([request?.get('RoleArn'), request?.get('DurationSeconds')]).toEqual([roleArn, '3600']);
    expect(request?.get('RoleSessionName')).toBe('acme.orders.2026-11-23.1.1.upload.csv');
  });

  it('promises five minutes less than it lives', async () => {
    const { sessions } = world();
    expect((await sessions('k', [put('k')])).usableUntil).toBe('2026-11-23T06:55:00.000Z');
  });

  it('has a name that STS takes, however long the key', async () => {
    const { sessions, asked } = world();
    await sessions(`${'p'.repeat(60)}/feed/2026-11-23/1/1/upload.csv`, [put('k')]);
    expect(asked[0]?.get('RoleSessionName')).toMatch(/^[\w+=,.@-]{64}$/);
    expect(asked[0]?.get('RoleSessionName')).toMatch(/\.upload\.csv$/);
  });

  it('serves again for the same object and allowances while it lives long enough, and no other', async () => {
    const { sessions, asked, advance } = world();
    const first = await sessions('k', [put('k')]);
    expect(await sessions('k', [put('k')])).toBe(first);
    expect(await sessions('other', [put('other')])).not.toBe(first);
    expect(await sessions('k', [put('k'), { Action: 's3:GetObject', Resource: 'x' }])).not.toBe(first);
    advance(35);
    expect(await sessions('k', [put('k')])).toBe(first);
    advance(1);
    expect(await sessions('k', [put('k')])).not.toBe(first);
    expect(asked).toHaveLength(4);
  });

  it('is a new one where a whole hour is wanted', async () => {
    const { sessions, asked } = world();
    const first = await sessions('k', [put('k')]);
    const fresh = await sessions('k', [put('k')], { fresh: true });
    expect(fresh).not.toBe(first);
    expect(await sessions('k', [put('k')])).toBe(fresh);
    expect(asked).toHaveLength(2);
  });

  it.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'])(
    'that has no %s is a fault, and is not kept',
    async (without) => {
      const { sessions, asked } = world({ without });
      for (let tries = 0; tries < 2; tries += 1) {
        await expect(sessions('k', [put('k')])).rejects.toThrow('STS sent no complete session');
      }
      expect(asked).toHaveLength(2);
    },
  );
});
