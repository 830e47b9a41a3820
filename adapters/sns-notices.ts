import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { machineForm } from '../core/notices.ts';
import type { Notices } from '../core/ports.ts';

/** Subscribers that are programs; all others read the text. */
const machines = ['http', 'https', 'sqs', 'lambda', 'firehose'];

/**
 * Notices to one topic. SNS takes subjects of up to 100 ASCII characters without control characters, and a message for each
 * kind of subscriber. https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
export const createSnsNotices = (sns: SNSClient, topicArn: string): Notices => ({
  async publish(notice) {
    const Subject = notice.subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);
    const json = JSON.stringify(machineForm(notice));
    const messages = Object.fromEntries(machines.map((protocol) => [protocol, json]));
    const Message = JSON.stringify({ default: notice.message, ...messages });
    await sns.send(new PublishCommand({ TopicArn: topicArn, Subject, Message, MessageStructure: 'json' }));
  },
});
