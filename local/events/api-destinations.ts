import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { Registry } from '../registry.ts';

/** What a connection says of its caller. */
export interface ConnectionRecord {
  readonly arn: string;
  readonly headerName: string;
  readonly headerValue: string;
}

export interface DestinationRecord {
  readonly arn: string;
  readonly connectionArn: string;
  readonly endpoint: string;
  readonly method: string;
}

/** EventBridge waits this long for an answer. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
const patienceMs = 5000;

/** What is worth another try; any other answer above 399 is final. */
const mayMend = (status: number): boolean => [401, 407, 409, 429].includes(status) || status >= 500;

/** Addresses outside of AWS that events are posted to. */
export class ApiDestinations {
  readonly connections: Registry<ConnectionRecord>;
  readonly destinations: Registry<DestinationRecord>;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.connections = new Registry(context.journal, 'event-connection');
    this.destinations = new Registry(context.journal, 'api-destination');
  }

  /** @throws AwsError AccessDenied, ApiDestinationRejected (both final), ApiDestinationFailed */
  async post(arn: string, roleArn: string, body: string): Promise<void> {
    this.#requireRole(roleArn, arn);
    const destination = this.destinations.all().find((one) => one.body.arn === arn)?.body;
    const connection = this.connections.all().find((one) => one.body.arn === destination?.connectionArn)?.body;
    if (!destination || !connection) throw new AwsError('ApiDestinationRejected', `${arn} does not exist`);
    const status = await send(destination, connection, body);
    if (status < 400) return;
    const message = `${destination.endpoint} answered ${status}`;
    throw new AwsError(mayMend(status) ? 'ApiDestinationFailed' : 'ApiDestinationRejected', message);
  }

  /** The role must let EventBridge act with it, and may invoke this destination. */
  #requireRole(roleArn: string, arn: string): void {
    const { authorizer, identities } = this.#context;
    authorizer.require({
      principal: { kind: 'service', name: 'events.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: identities.roleByArn(roleArn)?.trust,
      mustBeAllowedByResource: true,
    });
    const principal = identities.actAs(roleArn, 'events');
    authorizer.require({ principal, action: 'events:InvokeApiDestination', resource: arn });
  }
}

/** @throws AwsError ApiDestinationFailed where nobody answers */
const send = async (
  { endpoint, method }: DestinationRecord,
  { headerName, headerValue }: ConnectionRecord,
  body: string,
): Promise<number> => {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
    [headerName]: headerValue,
  };
  try {
    return (await fetch(endpoint, { method, headers, body, signal: AbortSignal.timeout(patienceMs) })).status;
  } catch (error) {
    const reason = error instanceof Error ? String(error.cause ?? error.message) : String(error);
    throw new AwsError('ApiDestinationFailed', `${endpoint} does not answer: ${reason}`);
  }
};
