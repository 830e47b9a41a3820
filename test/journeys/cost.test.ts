import { gbSecondsPerInvocation } from '../../tools/cost/estimate.ts';
import { designs } from '../../tools/cost/naive.ts';
import { accepting, asking, byLink, closing, escalating, reminding, type Usage } from '../../tools/cost/usage.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { linkOf } from '../support/partner-page.ts';

/** What was used since the last time, as the runtime counts it. */
const usedBy = async (airlock: Airlock, execution: string): Promise<Usage> => {
  const counts = new Map<string, number>();
  for (const [call, count] of Object.entries(await airlock.takeCalls())) {
    const [who, action = ''] = call.split(' ');
    if (who !== 'root') counts.set(action, (counts.get(action) ?? 0) + count);
  }
  const of = (...actions: string[]) => actions.reduce((sum, action) => sum + (counts.get(action) ?? 0), 0);
  const states = (await airlock.path(execution)).length;
  const transitions = states - (seen.get(execution) ?? 0);
  seen.set(execution, states);
  return {
    transitions,
    invocations: of('lambda:InvokeFunction'),
    mails: of('ses:SendEmail'),
    s3Writes: of('s3:PutObject', 's3:ListBucket', 's3:ListBucketVersions'),
    s3Reads: of('s3:GetObject', 's3:GetObjectVersion'),
    messages: of('events:PutEvents', 'sns:Publish'),
  };
};
const seen = new Map<string, number>();

describe('the estimate of npm run cost', () => {
  let airlock: Airlock | undefined;
  afterEach(() => airlock?.stop());

  it('has a file on time in nine transitions, and a small part of what polling would cost', () => {
    const [own, polling] = designs(gbSecondsPerInvocation);
    expect(own?.transitions).toBe(9);
    expect(own?.compute).toBeLessThan(0.0005);
    expect(polling?.compute).toBeGreaterThan(10 * (own?.compute ?? 1));
  });

  it('counts what a file on time uses', async () => {
    airlock = await Airlock.start();
    await airlock.takeCalls();
    const execution = await airlock.open('acme/orders');
    expect(await usedBy(airlock, execution)).toEqual(asking);
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await usedBy(airlock, execution)).toEqual(accepting);
  });

  it('counts what a link adds: its page, the check, the URL, the verdict', async () => {
    airlock = await Airlock.start();
    const execution = await airlock.open('acme/archive');
    await airlock.takeCalls();
    await usedBy(airlock, execution);
    const link = new LinkClient(await linkOf(airlock));
    const html = await (await fetch(await linkOf(airlock))).text();
    const origin = airlock.status.outputs.PageUrl;
    for (const [path] of html.matchAll(/\/assets\/[\w.-]+/g)) await fetch(`${origin}${path}`);
    await link.show();
    await link.ask('POST', '/opening', {});
    await link.ask('POST', '/check', { name: 'a.bin', size: 1, type: '', head: 'eA==' });
    const { body } = await link.start('x', { type: '' });
    await link.show();
    const calls = await airlock.takeCalls();
    const of = (...actions: string[]) =>
      Object.entries(calls).reduce(
        (sum, [call, count]) => (actions.some((one) => call.endsWith(one)) ? sum + count : sum),
        0,
      );
    expect(body.put).toBeDefined();
    expect({
      apiRequests: of('lambda:InvokeFunction'),
      // One was made as the mail was written.
      macs: of('kms:VerifyMac') + 1,
      s3Writes: of('s3:PutObject', 's3:ListBucket', 's3:ListBucketVersions'),
      s3Reads: of('s3:GetObject', 's3:GetObjectVersion'),
    }).toEqual({
      apiRequests: byLink.apiRequests,
      macs: byLink.macs,
      s3Writes: byLink.s3Writes,
      s3Reads: byLink.s3Reads,
    });
  });

  it('counts what a file that never comes uses, step by step', async () => {
    airlock = await Airlock.start();
    await airlock.takeCalls();
    const execution = await airlock.open('acme/orders');
    await usedBy(airlock, execution);
    await airlock.advance('PT46M');
    expect(await usedBy(airlock, execution)).toEqual(reminding);
    await airlock.advance('PT45M');
    expect(await usedBy(airlock, execution)).toEqual(escalating);
    await airlock.advance('PT30M');
    await usedBy(airlock, execution);
    await airlock.advance('PT60M');
    expect(await usedBy(airlock, execution)).toEqual(closing);
  });
});
