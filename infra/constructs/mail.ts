import { Stack } from 'aws-cdk-lib';
import { CfnConfigurationSet, CfnConfigurationSetEventDestination, CfnEmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';

/**
 * Who mails come from, and where SES tells what became of them. Opens and clicks are not among the events, so that
 * nothing is tracked: click tracking would rewrite the links, and they are secrets.
 */
export class Mail extends Construct {
  readonly sender: string;
  /** Pattern of the account's identities. */
  readonly identityArns: string;
  readonly configurationSetName: string;
  readonly configurationSetArn: string;

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id);
    const stack = Stack.of(this);
    this.sender = config.sender;
    this.configurationSetName = deployedName(config.stage);
    const set = new CfnConfigurationSet(this, 'ConfigurationSet', {
      name: this.configurationSetName,
      sendingOptions: { sendingEnabled: true },
      reputationOptions: { reputationMetricsEnabled: true },
      deliveryOptions: { tlsPolicy: 'REQUIRE' },
      suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    const events = new CfnConfigurationSetEventDestination(this, 'Events', {
      configurationSetName: this.configurationSetName,
      eventDestination: {
        name: 'event-bridge',
        enabled: true,
        matchingEventTypes: [
          ...['bounce', 'complaint', 'reject', 'deliveryDelay'],
          ...(config.recordDeliveries ? ['delivery'] : []),
        ],
        // SES publishes to the account's default bus only.
        eventBridgeDestination: {
          eventBusArn: stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
        },
      },
    });
    events.addResourceDependency(set);
    if (config.makesIdentity) {
      const identity = new CfnEmailIdentity(this, 'Identity', {
        emailIdentity: config.identity,
        configurationSetAttributes: { configurationSetName: this.configurationSetName },
      });
      identity.applyRemovalPolicy(config.removalPolicy);
      identity.addResourceDependency(set);
    }
    // In the sandbox SES asks for the recipients' identities as well; the sender is pinned by a condition.
    this.identityArns = stack.formatArn({ service: 'ses', resource: 'identity', resourceName: '*' });
    this.configurationSetArn = stack.formatArn({
      service: 'ses',
      resource: 'configuration-set',
      resourceName: this.configurationSetName,
    });
  }
}
