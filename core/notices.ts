import { parseRequestId } from './names.ts';
import { escalationKinds } from './request.ts';

/** What a notice can be about. Only ever added to. */
export const noticeKinds = [
  ...escalationKinds,
  'recovered',
  'linkAsked',
  'mailUndelivered',
  'unexpectedUpload',
  'uploadAfterClose',
  'startMissing',
  'startLate',
  'unreconciled',
  'threatFound',
  'mailSent',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** One notice to a topic: people read subject and message, programs the kind and the request. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly message: string;
  /** Whose it is, where it is somebody's. */
  readonly requestId?: string;
}

/**
 * The form for programs, and for chats at once: Amazon Q Developer in chat applications (Slack, Teams) shows messages of this
 * form and no others. `metadata.additionalContext` is ours, texts only; `threadId` keeps what is told of a request together.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html#event-schema
 */
export const machineForm = ({ kind, subject, message, requestId }: Notice) => {
  const key = requestId === undefined ? undefined : parseRequestId(requestId);
  return {
    version: '1.0',
    source: 'custom',
    content: { textType: 'client-markdown', title: subject, description: message },
    metadata: {
      summary: subject,
      eventType: `airlock.${kind}`,
      ...(requestId !== undefined && { threadId: requestId, relatedResources: [requestId] }),
      additionalContext: { kind, ...(requestId !== undefined && { requestId }), ...key },
    },
  };
};
