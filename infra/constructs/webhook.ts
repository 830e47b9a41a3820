import { CfnOutput, Duration, SecretValue } from 'aws-cdk-lib';
import { ApiDestination, Authorization, Connection, HttpMethod, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import { eventSource } from '../../core/environment.ts';
import type { StageConfig } from '../config.ts';
import { administeredByAccount } from './encryption.ts';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';
import { statement } from './statements.ts';

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
    this.#sign(config, functions);
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

  #sign(config: StageConfig, functions: Functions): void {
    const key = new Key(this, 'Key', {
      alias: deployedName(config.stage, 'announcements'),
      description: `Airlock ${config.stage}: signs what the webhook is told`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: config.removalPolicy,
      policy: administeredByAccount(),
    });
    const roles = announcers.map((name) => functions.role(name).roleArn);
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'SignAnnouncements',
        principals: [new AccountRootPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: { ArnEquals: { 'aws:PrincipalArn': roles } },
      }),
    );
    // Whoever may ask in this account hands it to the receiver.
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TellPublicKey',
        principals: [new AccountRootPrincipal()],
        actions: ['kms:GetPublicKey'],
        resources: ['*'],
      }),
    );
    for (const name of announcers) {
      functions.configure(name, { webhookKeyArn: key.keyArn });
      functions.allow(name, statement('SignAnnouncements', ['kms:Sign'], [key.keyArn]));
    }
    new CfnOutput(this, 'KeyArn', { value: key.keyArn }).overrideLogicalId('WebhookKeyArn');
  }
}
