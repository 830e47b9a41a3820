import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { parseObject } from '../http/json-body.ts';
import type { AwsRequest, AwsResponse } from '../http/request.ts';
import type { Sender } from '../identity/sender.ts';
import type { Ses } from './ses.ts';

/** SES, API version 2, what a look at the account needs: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html */
export class SesV2 {
  readonly #context: Context;
  readonly #ses: Ses;

  constructor(context: Context, ses: Ses) {
    this.#context = context;
    this.#ses = ses;
  }

  handle(sender: Sender, { method, path }: AwsRequest, body: Buffer): AwsResponse {
    const [, , , kind, ...rest] = path.split('/').map(decodeURIComponent);
    const need = (action: string) => this.#context.authorizer.require({ ...sender, action, resource: '*' });
    switch (`${method} ${kind}`) {
      case 'GET account':
        need('ses:GetAccount');
        return answer(this.#account());
      case 'GET identities':
        need('ses:GetEmailIdentity');
        return answer(this.#identity(rest[0] ?? ''));
      case 'GET configuration-sets':
        need('ses:GetConfigurationSetEventDestinations');
        return answer({ EventDestinations: this.#destinations(rest[0] ?? '') });
      case 'GET suppression':
        need('ses:GetSuppressedDestination');
        return answer({ SuppressedDestination: this.#suppressed(rest[1] ?? '') });
      case 'PUT suppression': {
        need('ses:PutSuppressedDestination');
        const { EmailAddress, Reason } = parseObject(body);
        this.#ses.suppress(String(EmailAddress), String(Reason));
        return answer({});
      }
      case 'DELETE suppression':
        need('ses:DeleteSuppressedDestination');
        this.#ses.suppressed.delete(this.#suppressed(rest[1] ?? '').EmailAddress);
        return answer({});
      default:
        throw new AwsError('NotImplemented', `${method} ${path} is not implemented here (see local/README.md)`, 501);
    }
  }

  #account() {
    const isProduction = this.#ses.account.get('account')?.productionAccess !== false;
    return {
      ProductionAccessEnabled: isProduction,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: this.#ses.sentToday() },
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    };
  }

  #identity(name: string) {
    const identity = this.#ses.identities.get(name);
    if (!identity) throw new AwsError('NotFoundException', `Email identity ${name} does not exist.`, 404);
    return {
      IdentityType: name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
      VerifiedForSendingStatus: identity.verified,
      VerificationStatus: identity.verified ? 'SUCCESS' : 'PENDING',
    };
  }

  #destinations(set: string) {
    if (!this.#ses.configurationSets.get(set)) {
      throw new AwsError('NotFoundException', `Configuration set <${set}> does not exist.`, 404);
    }
    return this.#ses.destinations
      .all()
      .filter(({ body }) => body.set === set)
      .map(({ body }) => ({
        Name: body.name,
        Enabled: body.isEnabled,
        MatchingEventTypes: body.types.map((type) => type.replaceAll(/([A-Z])/g, '_$1').toUpperCase()),
        EventBridgeDestination: { EventBusArn: body.busArn },
      }));
  }

  #suppressed(address: string) {
    const found = this.#ses.suppressed.get(address.toLowerCase());
    if (!found)
      throw new AwsError('NotFoundException', `Email address ${address} does not exist on your suppression list.`, 404);
    return { EmailAddress: address.toLowerCase(), Reason: found.reason, LastUpdateTime: found.at / 1000 };
  }
}

const answer = (content: unknown): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
});
