import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import type { Mailer } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

interface Settings {
  readonly ses: SESClient;
  readonly sender: string;
  readonly configurationSet: string;
}

/**
 * Errors of SendEmail that a later try cannot mend
 * (https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html#API_SendEmail_Errors).
 */
const refusals = ['MessageRejected', 'InvalidParameterValue', 'MailFromDomainNotVerifiedException'];

/** Mail by SES. The structured API only: no raw headers are ever built from data. */
export const createSesMailer = ({ ses, sender, configurationSet }: Settings): Mailer => ({
  async send({ to, subject, text, html, replyTo, tags }) {
    try {
      const { MessageId } = await ses.send(
        new SendEmailCommand({
          Source: sender,
          Destination: { ToAddresses: [to] },
          ...(replyTo !== undefined && { ReplyToAddresses: [replyTo] }),
          Message: {
            Subject: { Data: subject, Charset: 'UTF-8' },
            Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
          },
          ConfigurationSetName: configurationSet,
          Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
        }),
      );
      return { messageId: MessageId ?? '' };
    } catch (error) {
      if (isNamed(error, ...refusals)) return { refused: error.name };
      throw error;
    }
  },
});
