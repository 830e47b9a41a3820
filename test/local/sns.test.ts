import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { Airlock } from '../support/airlock.ts';

describe('the SNS of the runtime', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
  });
  afterAll(() => airlock.stop());

  const publish = async (Message: string, MessageStructure = 'json') => {
    const sns = new SNSClient(airlock.client);
    const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
    return sns.send(new PublishCommand({ TopicArn: Topics[0]?.TopicArn, Message, MessageStructure }));
  };

  it('takes a message for each kind of subscriber', async () => {
    await publish(JSON.stringify({ default: 'for people', https: '{"for":"programs"}' }));
    expect((await airlock.published()).at(-1)).toMatchObject({
      message: 'for people',
      messages: { default: 'for people', https: '{"for":"programs"}' },
    });
  });

  it.each([
    ['{"https":"x"}', 'json', 'No default entry in JSON message body'],
    ['{"default":7}', 'json', 'No default entry in JSON message body'],
    ['not json', 'json', 'JSON message body failed to parse'],
    ['{"default":"x"}', 'xml', 'JSON is the only structure that is supported'],
  ])('refuses %s as %s', async (message, structure, reason) => {
    await expect(publish(message, structure)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Message Structure - ${reason}`,
    });
  });
});
