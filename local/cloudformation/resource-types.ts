import type { Context } from '../context.ts';
import type { Assembly } from './assembly.ts';
import type { ResourceType } from './deploy.ts';
import type { Services } from './services.ts';
import { computeTypes } from './types/compute.ts';
import { httpApiTypes } from './types/http-api.ts';
import { identityTypes } from './types/identity.ts';
import { malwareProtectionTypes } from './types/malware-protection.ts';
import { messagingTypes } from './types/messaging.ts';
import { observabilityTypes } from './types/observability.ts';
import { scheduleTypes } from './types/schedules.ts';
import { storageTypes } from './types/storage.ts';
import { trailTypes } from './types/trails.ts';

/** Every type of resource that this runtime deploys. A property that a type does not read is refused by name. */
export const resourceTypes = (
  context: Context,
  services: Services,
  assembly: Assembly,
): Readonly<Record<string, ResourceType>> => ({
  ...storageTypes(context, services),
  ...identityTypes(context, services),
  ...messagingTypes(context, services),
  ...computeTypes(context, services, assembly),
  ...scheduleTypes(context, services),
  ...observabilityTypes(context, services),
  ...httpApiTypes(context, services),
  ...malwareProtectionTypes(context, services),
  ...trailTypes(context, services),
});
