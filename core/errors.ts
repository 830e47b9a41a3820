/**
 * Business errors: what the state machine may catch by name. `name` equals the `ErrorEquals` of the workflow
 * (a test compares both lists). Anything else that is thrown is a fault of ours and turns the execution red.
 */
abstract class BusinessError extends Error {
  abstract override readonly name: string;
}

/** Another execution already holds this (feed, period). */
export class PeriodAlreadyOpen extends BusinessError {
  override readonly name = 'PeriodAlreadyOpen';
}

/** The feed's own configuration says that nothing is expected for this period. */
export class NotADeliveryDay extends BusinessError {
  override readonly name = 'NotADeliveryDay';
}

/** The request's window has closed: no URL is issued any more. */
export class UploadWindowClosed extends BusinessError {
  override readonly name = 'UploadWindowClosed';
}

/** The URL that was to be mailed has ended meanwhile (a redrive, a long outage): a new one is needed. */
export class UploadUrlExpired extends BusinessError {
  override readonly name = 'UploadUrlExpired';
}

/** The mail service refused the message to at least one addressee; the others have theirs. */
export class MailRefused extends BusinessError {
  override readonly name = 'MailRefused';
}

/** A mail that was sent could not be delivered (permanent bounce). Arrives as a signal. */
export class DeliveryFailed extends BusinessError {
  override readonly name = 'DeliveryFailed';
}

/** The partner says that there is nothing to deliver for this period. Arrives as a signal. */
export class NothingToDeliver extends BusinessError {
  override readonly name = 'NothingToDeliver';
}

/** An operator excused the partner from this delivery. Arrives as a signal. */
export class OperatorWaived extends BusinessError {
  override readonly name = 'OperatorWaived';
}

/** An operator asked for a new URL. Arrives as a signal. */
export class OperatorReissued extends BusinessError {
  override readonly name = 'OperatorReissued';
}

/** An operator gave the partner more time. Arrives as a signal. */
export class OperatorExtended extends BusinessError {
  override readonly name = 'OperatorExtended';
}

/** An operator accepted a rejected upload. Arrives as a signal. */
export class OperatorAccepted extends BusinessError {
  override readonly name = 'OperatorAccepted';
}

/** The malware scanner found a threat in an upload. */
export class ThreatFound extends BusinessError {
  override readonly name = 'ThreatFound';
}

/** The malware scanner cannot look into an upload: it is locked by a password. */
export class NotScannable extends BusinessError {
  override readonly name = 'NotScannable';
}

/** Every business error, for the test that compares them with the workflow. */
export const businessErrors = [
  PeriodAlreadyOpen,
  NotADeliveryDay,
  UploadWindowClosed,
  UploadUrlExpired,
  MailRefused,
  DeliveryFailed,
  NothingToDeliver,
  OperatorWaived,
  OperatorReissued,
  OperatorExtended,
  OperatorAccepted,
  ThreatFound,
  NotScannable,
] as const;

/** An outage or throttling of a service that we call: the state machine tries again. */
export class TransientFault extends Error {
  override readonly name = 'TransientFault';
}

/** Input from outside that does not have the agreed form. A fault of the sender; never retried. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
