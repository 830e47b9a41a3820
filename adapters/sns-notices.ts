import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notices } from '../core/ports.ts';

/** Notices to one topic. SNS takes subjects of up to 100 ASCII characters without control characters. */
export const createSnsNotices = (sns: SNSClient, topicArn: string): Notices => ({
  async publish(subject, message) {
    const ascii = subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: ascii, Message: message }));
  },
});
