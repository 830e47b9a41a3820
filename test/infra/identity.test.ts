import { loadFeeds } from '../../adapters/feed-files.ts';
import { type Settings, withDefaults } from '../../infra/config.ts';
import { settingsFromContext } from '../../infra/setting-rules.ts';
import { appWith, manyFeeds, synthesize, templatesOf } from '../support/template.ts';

/**
 * Logical ids of what holds data, or what others know by its identity. A new id makes CloudFormation create a new
 * resource and delete the old one: change one here only together with a way to move what it holds.
 */
const stateful = {
  'AWS::S3::Bucket': [
    'AirlockStorageAcceptedFC40C5E1',
    'AirlockStorageArchive564D19CE',
    'AirlockStorageLanding8F770AEC',
    'AirlockStorageLedgerFDF990C8',
    'AirlockStorageQuarantine7C76034B',
  ],
  'AWS::KMS::Key': ['AirlockEncryptionKey16BF575E', 'AirlockLinkKey25064B06'],
  'AWS::KMS::Alias': ['AirlockEncryptionKeyAliasE4A23D05', 'AirlockLinkKeyAliasE15A741C'],
  'AWS::ApiGatewayV2::Api': ['AirlockApiHttpApi37AE9F5B'],
  'AWS::StepFunctions::StateMachine': ['AirlockWorkflowStateMachineF25A53B9'],
  'AWS::Events::EventBus': ['AirlockMessagingBusF0F5656F'],
  'AWS::SNS::Topic': ['AirlockMessagingNotices940A309F', 'AirlockMessagingOperators9EEC7903'],
  'AWS::SQS::Queue': [
    'AirlockMessagingFailedEventsE4EF06FD',
    'AirlockMessagingFailedInvocations58569E2F',
    'AirlockMessagingFailedStarts71298483',
  ],
  'AWS::SES::EmailIdentity': ['AirlockMailIdentityA92E2809'],
  'AWS::SES::ConfigurationSet': ['AirlockMailConfigurationSet1787C079'],
};

describe('what holds data', () => {
  const templates = synthesize({ stage: 'prod', domain: 'example.org' });

  it.each(Object.entries(stateful))('keeps its logical ids: %s', (type, ids) => {
    expect(
      templates
        .entries(type)
        .map(([id]) => id)
        .sort(),
    ).toEqual(ids);
  });

  it('has the same ids in every stage and with every choice of settings', () => {
    const other = synthesize({ stage: 'qa', lockAcceptedDays: 30, scheduleStacks: 2, encryptWorkflow: true });
    for (const [type, ids] of Object.entries(stateful)) {
      expect(
        other
          .entries(type)
          .map(([id]) => id)
          .sort(),
      ).toEqual(ids);
    }
  });

  it('stays when a prod stack is deleted, and goes with any other', () => {
    const policies = (settings: Settings) =>
      new Set(
        synthesize(settings)
          .all('AWS::S3::Bucket')
          .map(({ DeletionPolicy }) => DeletionPolicy),
      );
    expect(policies({ stage: 'prod', domain: 'example.org' })).toEqual(new Set(['RetainExceptOnCreate']));
    expect(policies({ stage: 'dev' })).toEqual(new Set(['Delete']));
  });

  it('carries the tag of its stage', () => {
    const untagged = templates
      .all('AWS::S3::Bucket')
      .filter(({ Properties }) => JSON.stringify(Properties.Tags) !== '[{"Key":"airlock:stage","Value":"prod"}]');
    expect(untagged).toEqual([]);
  });
});

/** Ten thousand in `npm run test:full`; the rules are the same for a thousand. */
const isFull = process.env.AIRLOCK_TESTS === 'full';
const [count, stacks] = isFull ? [10_000, 32] : [1000, 4];

describe(`${count} feeds`, () => {
  const feeds = manyFeeds(count);
  const settings = { scheduleStacks: stacks };
  const templates = templatesOf(appWith(settings, feeds));

  it('fit the limits of CloudFormation: 500 resources and 1 MB a template, and no nested stacks', () => {
    for (const [name, resources] of Object.entries(templates.byStack)) {
      expect([name, Object.keys(resources).length <= 500]).toEqual([name, true]);
      expect([name, Buffer.byteLength(JSON.stringify(resources, undefined, 1)) < 1_000_000]).toEqual([name, true]);
    }
    // One for each feed, and the watchers'.
    expect(templates.all('AWS::Scheduler::Schedule')).toHaveLength(count + 2);
    expect(templates.all('AWS::CloudFormation::Stack')).toEqual([]);
  });

  it('change in one stack of schedules when a feed comes or goes', () => {
    const fewer = templatesOf(appWith(settings, feeds.slice(0, -1)));
    const changed = Object.keys(templates.byStack).filter(
      (name) =>
        name.includes('schedules') && JSON.stringify(templates.byStack[name]) !== JSON.stringify(fewer.byStack[name]),
    );
    expect(changed).toHaveLength(1);
  });

  it('are refused in one stack, with the way out', () => {
    expect(() => appWith({}, feeds.slice(0, 201))).toThrow(
      'the main stack takes at most 200 schedules, got 201; spread them with -c scheduleStacks=8 or more',
    );
    expect(() => appWith({ scheduleStacks: stacks / 4 + 1 }, feeds)).toThrow(
      /takes at most 480 schedules, got \d+; raise -c/,
    );
  });

  const everyOption = {
    malwareScan: true,
    webhook: 'https://hooks.example.com/airlock',
    auditors: ['arn:aws:iam::123456789012:root'],
    signEvidence: true,
  };
  it.each([
    [200, {}],
    [175, { recordUserAgents: 'new' }],
  ])('leave room in the main stack for %s schedules and every option, with %j', (most, more) => {
    const main = templatesOf(appWith({ ...everyOption, ...more }, feeds.slice(0, most))).byStack['Airlock-dev'];
    expect(Object.keys(main ?? {}).length).toBeLessThanOrEqual(500);
    expect(() => appWith(more, feeds.slice(0, most + 1))).toThrow(`the main stack takes at most ${most} schedules`);
  });

  it('keep a stack for each part even when it is empty: a removed feed must be removed', () => {
    const names = Object.keys(templatesOf(appWith(settings, loadFeeds('test/feeds'))).byStack);
    expect(names.filter((name) => name.includes('schedules'))).toHaveLength(stacks);
  });
});

describe('a setting', () => {
  it('called prod keeps data and needs a sender', () => {
    expect(() => withDefaults({ stage: 'prod' })).toThrow(/stage prod needs -c sender=/);
    expect(withDefaults({ stage: 'prod', domain: 'example.org' })).toMatchObject({
      removalPolicy: 'retain-on-update-or-delete',
      sender: 'airlock@example.org',
      identity: 'example.org',
    });
  });

  it.each([
    [{ stage: 'Prod_1' }, 'stage must be 1 to 12 lower-case letters, digits or hyphens, got "Prod_1"'],
    [{ stage: 'dev-001' }, 'stage must be a name without three digits at its end'],
    [{ domain: 'a.example', sender: 'x@b.example' }, 'sender must be an address in a.example, got "x@b.example"'],
    [{ encryptWorkflow: true, encryption: 'aws-managed' }, 'encryption must be customer or the ARN of a key'],
    [{ identity: 'mine' }, 'identity must be new or existing, got "mine"'],
    [{ allowedCidrs: ['10.0.0.0'] }, 'allowedCidrs must be IPv4 CIDR like 203.0.113.0/24, got "10.0.0.0"'],
    [
      { pageOrigin: 'upload.example.org/' },
      'pageOrigin must be https://host[:port], or http://localhost[:port], got "upload.example.org/"',
    ],
    [{ allowedCidrs: ['999.1.1.1/32'] }, 'got "999.1.1.1/32"'],
    [{ sender: 'x' }, 'sender must be one plain mail address, got "x"'],
    [{ webhook: 'http://orders.example.com' }, 'webhook must be an https:// address without *, got "http://orders'],
    [{ domain: 'foo_bar' }, 'domain must be a domain like your.domain, got "foo_bar"'],
    [{ acceptedBucket: 'A_B' }, 'acceptedBucket must be the name of a bucket, got "A_B"'],
    [{ encryption: 'none' }, 'encryption must be customer, aws-managed, or the ARN of a KMS key, got "none"'],
    [{ operators: ['alice'] }, 'operators must be ARNs of IAM roles of this account, got "alice"'],
    [{ auditors: ['bob'] }, 'auditors must be ARNs of IAM roles, users or accounts, got "bob"'],
    [{ lockArchiveDays: 0.5 }, 'lockArchiveDays must be a whole number, 1 to 36500, got "0.5"'],
    [{ scheduleStacks: 1000 }, 'scheduleStacks must be a whole number, 0 to 200, got "1000"'],
  ])('that cannot be used is refused with what can: %j', (settings, message) => {
    expect(() => withDefaults(settings)).toThrow(message);
  });

  it('is read from the context as text: flags, numbers and lists', () => {
    const context: Record<string, string> = { allowedCidrs: '10.0.0.0/8, 192.0.2.0/24', scheduleStacks: '4' };
    const read = settingsFromContext(context);
    expect(withDefaults(read)).toMatchObject({ allowedCidrs: ['10.0.0.0/8', '192.0.2.0/24'], scheduleStacks: 4 });
    expect(() => settingsFromContext({ encryptWorkflow: 'yes' })).toThrow(
      'encryptWorkflow must be true or false, got "yes"',
    );
    expect(() => settingsFromContext({ scheduleStacks: 'many' })).toThrow('a whole number, got "many"');
    expect(() => settingsFromContext({ '@aws-cdk/core:x': true, allowedCidr: '10.0.0.0/8' })).toThrow(
      'there is no setting "allowedCidr", allowed stage, sender,',
    );
  });
});
