import { DeleteIdentityCommand, SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { Airlock } from '../support/airlock.ts';

describe('a mail that SES refuses', () => {
  let airlock: Airlock;
  let ses: SESClient;
  beforeEach(async () => {
    airlock = await Airlock.start();
    ses = new SESClient(airlock.client);
  });
  afterEach(() => airlock.stop());

  it('escalates at once by mail and by topic, and the request goes on waiting', async () => {
    await airlock.local('PUT', 'ses-account', { productionAccess: false });
    await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: 'orders@example.com' }));
    const execution = await airlock.open('acme/orders');
    expect((await airlock.subjects()).map((line) => line.replace(/ for .*/, ''))).toEqual([
      'orders@example.com: Mail refused: acme: Orders',
    ]);
    expect((await airlock.notices())[0]?.subject).toMatch(/^Mail refused: acme: Orders/);
    expect((await airlock.path(execution)).slice(-2)).toEqual(['Escalate refused mail', 'Wait for upload']);
  });

  it('is sent in the sandbox to whoever is verified there', async () => {
    await airlock.local('PUT', 'ses-account', { productionAccess: false });
    await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: 'data@acme.example' }));
    await airlock.open('acme/orders');
    expect((await airlock.emails()).map(({ to }) => to)).toEqual([['data@acme.example']]);
  });

  it('reaches the backup contact, who holds the URL then', async () => {
    await airlock.local('PUT', 'ses-account', { productionAccess: false });
    await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: 'desk@globex.example' }));
    await airlock.open('globex/claims');
    const [mail] = await airlock.emails();
    expect(mail?.to).toEqual(['desk@globex.example']);
    expect((await airlock.link()).url).toContain('/globex/claims/');
  });

  it('still reaches the operators when even the sender is not verified', async () => {
    await ses.send(new DeleteIdentityCommand({ Identity: 'airlock@example.com' }));
    await airlock.open('acme/orders');
    expect(await airlock.emails()).toEqual([]);
    expect((await airlock.notices())[0]?.subject).toMatch(/^Mail refused/);
  });
});

describe('the channel sns in direct mode', () => {
  it('says that a mail was sent, without its URL', async () => {
    const airlock = await Airlock.start();
    await airlock.open('globex/claims');
    const [notice] = await airlock.notices();
    expect(notice?.topicArn).toMatch(/:airlock-dev-notices$/);
    expect(notice?.message).toMatch(/^A mail \(request\) about “Claims”/);
    expect(JSON.stringify(notice)).not.toContain('X-Amz-');
    await airlock.stop();
  });
});
