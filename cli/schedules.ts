import { paginateListSchedules, type SchedulerClient, type ScheduleSummary } from '@aws-sdk/client-scheduler';
import { deployedName } from '../core/deployed-names.ts';

/** The schedules of a deployment, whatever number of stacks they lie in. */
export async function* schedulesOf(client: SchedulerClient, stage: string): AsyncGenerator<ScheduleSummary> {
  const ours = new RegExp(`^${deployedName(stage)}(-\\d{3})?$`);
  for await (const { Schedules = [] } of paginateListSchedules({ client }, {})) {
    yield* Schedules.filter(({ GroupName = '' }) => ours.test(GroupName));
  }
}

/** One of the smoke test's feeds: nobody but its command starts it. */
export const isForSmoke = ({ Name = '' }: ScheduleSummary): boolean => Name.startsWith('airlock_smoke-');
