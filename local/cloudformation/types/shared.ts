import type { Context } from '../../context.ts';
import { AwsError, StartError } from '../../errors.ts';
import { checkPolicy, type PolicyDocument } from '../../identity/policy.ts';
import type { Properties } from '../properties.ts';

export const arnOf = ({ region, accountId }: Context, service: string, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

/** A policy among the properties, refused if it would be misread. */
export const policyOf = (properties: Properties, name: string, where: string): PolicyDocument =>
  checkPolicy(where, properties.any(name));

/** Does what a service may refuse; what it says becomes why the template cannot be deployed. @throws StartError */
export const orRefused = (logicalId: string, work: () => void): void => {
  try {
    work();
  } catch (error) {
    if (error instanceof AwsError) throw new StartError(`${logicalId}: ${error.message}`);
    throw error;
  }
};
