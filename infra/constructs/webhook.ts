import { CfnOutput, Duration, SecretValue } from 'aws-cdk-lib';
import { ApiDestination, Authorization, Connection, HttpMethod, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import { eventSource } from '../../core/environment.ts';
import type { StageConfig } from '../config.ts';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';
import { signingKey } from './signing-key.ts';

interface WebhookProps {
  readonly config: StageConfig;
  /** Where announcements go. */
  readonly url: string;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/** Who announces, and so signs. */
const announcers: readonly FunctionName[] = ['accept-upload', 'close-request'];

/** A receiver that cannot take more than that hears the rest later. */
const mostPerSecond = 20;

/**
 * Tells every announcement to one address outside of the account. Each carries a signature by a key of its own, whose public
 * half the receiver has: the address is no secret, and neither is what its connection says of itself.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
export class Webhook extends Construct {
  constructor(scope: Construct, id: string, { config, url, functions, messaging }: WebhookProps) {
    super(scope, id);
    const { stage } = config;
    const key = signingKey(this, 'Key', {
      config,
      functions,
      what: 'announcements',
      does: 'signs what the webhook is told',
      signers: announcers,
      sid: 'SignAnnouncements',
      setting: 'webhookKeyArn',
    });
    new CfnOutput(this, 'KeyArn', { value: key.keyArn }).overrideLogicalId('WebhookKeyArn');
    const connection = new Connection(this, 'Connection', {
      connectionName: deployedName(stage, 'webhook'),
      // EventBridge asks for something that names the caller; what proves it is the signature.
      authorization: Authorization.apiKey(
        'x-airlock-deployment',
        SecretValue.unsafePlainText(deployedName(stage, 'webhook')),
      ),
    });
    const destination = new ApiDestination(this, 'Destination', {
      apiDestinationName: deployedName(stage, 'webhook'),
      connection,
      endpoint: url,
      httpMethod: HttpMethod.POST,
      rateLimitPerSecond: mostPerSecond,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    new Rule(this, 'Rule', {
      eventBus: messaging.bus,
      description: 'Every announcement goes to the webhook',
      eventPattern: { source: [eventSource] },
      targets: [
        new ApiDestinationTarget(destination, {
          event: RuleTargetInput.fromEventPath('$.detail'),
          eventRole: role,
          deadLetterQueue: messaging.failedEvents,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
  }
}
