import { DeleteRolePolicyCommand, IAMClient, ListRolePoliciesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { Airlock, goodCsv } from '../support/airlock.ts';

const codeOf = async (response: Response): Promise<string> => {
  const body = await response.text();
  return `${response.status} ${/<Code>(.*?)<\/Code>/.exec(body)?.[1]} ${/<Message>(.*?)<\/Message>/.exec(body)?.[1]}`;
};

describe('an upload URL', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/orders');
  });
  afterEach(() => airlock.stop());

  it('takes one file: a second PUT gets 412 and the first object stands', async () => {
    const link = await airlock.link();
    expect((await airlock.upload(goodCsv, link)).status).toBe(200);
    expect(await codeOf(await airlock.upload('other', link))).toMatch(/^412 PreconditionFailed/);
    await airlock.settle();
    expect(await airlock.text('Landing', (await airlock.keys('Landing'))[0] ?? '')).toBe(goodCsv);
  });

  it('lets exactly one of many concurrent PUTs win', async () => {
    const link = await airlock.link();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => airlock.upload(`${goodCsv}${index}`, link)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  it('is refused with "Request has expired" after its last minute', async () => {
    const link = await airlock.link();
    await airlock.advance('PT56M');
    expect(await codeOf(await airlock.upload(goodCsv, link))).toBe('403 AccessDenied Request has expired');
  });

  it('is refused when its signature was tampered with', async () => {
    const { url, headers } = await airlock.link();
    const tampered = url.replace(
      /X-Amz-Signature=([0-9a-f])/,
      (_, digit) => `X-Amz-Signature=${digit === '0' ? '1' : '0'}`,
    );
    expect(await codeOf(await airlock.upload(goodCsv, { url: tampered, headers }))).toMatch(
      /^403 SignatureDoesNotMatch/,
    );
  });

  it('is refused for a longer life than was signed', async () => {
    const { url, headers } = await airlock.link();
    const longer = url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800');
    expect(await codeOf(await airlock.upload(goodCsv, { url: longer, headers }))).toMatch(/^403 SignatureDoesNotMatch/);
  });

  it('is refused for any other key', async () => {
    const { url, headers } = await airlock.link();
    const other = url.replace('/1/1/upload.csv', '/1/2/upload.csv');
    expect(await codeOf(await airlock.upload(goodCsv, { url: other, headers }))).toMatch(/^403 SignatureDoesNotMatch/);
  });

  it('is refused without the header that it demands', async () => {
    const { url } = await airlock.link();
    expect(await codeOf(await airlock.upload(goodCsv, { url, headers: {} }))).toMatch(/^403 SignatureDoesNotMatch/);
  });

  it('is refused with a header that was not signed', async () => {
    const { url, headers } = await airlock.link();
    const answer = await airlock.upload(goodCsv, { url, headers: { ...headers, 'x-amz-acl': 'public-read' } });
    expect(await codeOf(answer)).toMatch(
      /^403 AccessDenied There were headers present in the request which were not signed/,
    );
  });

  it('reads nothing and changes nothing: GET and DELETE are refused', async () => {
    const { url, headers } = await airlock.link();
    for (const method of ['GET', 'DELETE']) expect((await fetch(url, { method, headers })).status).toBe(403);
  });

  it('dies when the signer loses its permission', async () => {
    const link = await airlock.link();
    const iam = new IAMClient(airlock.client);
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const RoleName = Roles.find((role) => role.RoleName?.includes('SignerRole'))?.RoleName;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: PolicyNames[0] }));
    expect(await codeOf(await airlock.upload(goodCsv, link))).toMatch(
      /^403 AccessDenied User: .*assumed-role\/.*Signer.* is not authorized to perform: s3:PutObject/,
    );
  });
});
