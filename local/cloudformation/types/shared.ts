import type { Context } from '../../context.ts';
import { checkPolicy, type PolicyDocument } from '../../identity/policy.ts';
import type { Properties } from '../properties.ts';

export const arnOf = ({ region, accountId }: Context, service: string, rest: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

/** A policy among the properties, refused if it would be misread. */
export const policyOf = (properties: Properties, name: string, where: string): PolicyDocument =>
  checkPolicy(where, properties.any(name));
