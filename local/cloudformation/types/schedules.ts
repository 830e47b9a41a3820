import type { Context } from '../../context.ts';
import { StartError, UnsupportedFeatureError } from '../../errors.ts';
import { parseExpression } from '../../scheduler/expression.ts';
import { startExecutionTarget } from '../../scheduler/scheduler.ts';
import type { ResourceType } from '../deploy.ts';
import type { Services } from '../services.ts';
import { arnOf } from './shared.ts';

/** Schedules and their groups. */
export const scheduleTypes = (context: Context, { scheduler }: Services): Record<string, ResourceType> => ({
  'AWS::Scheduler::ScheduleGroup': {
    put(properties) {
      const name = properties.text('Name');
      const arn = arnOf(context, 'scheduler', `schedule-group/${name}`);
      scheduler.groups.put(name, { arn });
      return { ref: name, attributes: { Arn: arn } };
    },
  },
  'AWS::Scheduler::Schedule': {
    put(properties, { logicalId }) {
      const name = properties.text('Name');
      const group = properties.optionalText('GroupName') ?? 'default';
      if (group !== 'default' && !scheduler.groups.get(group)) {
        throw new StartError(`${logicalId}: schedule group ${group} does not exist`);
      }
      properties.always('FlexibleTimeWindow', { Mode: 'OFF' });
      const target = properties.nested('Target');
      const arn = target.text('Arn');
      const isFunction = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+$/.test(arn);
      if (arn !== startExecutionTarget && !isFunction) throw new UnsupportedFeatureError(logicalId, `Target ${arn}`);
      const retry = target.nested('RetryPolicy');
      const deadLetter = target.nested('DeadLetterConfig');
      const schedule = {
        arn: arnOf(context, 'scheduler', `schedule/${group}/${name}`),
        name,
        group,
        expression: properties.text('ScheduleExpression'),
        timezone: properties.optionalText('ScheduleExpressionTimezone') ?? 'UTC',
        isEnabled: properties.optionalText('State') !== 'DISABLED',
        createdAt: scheduler.schedules.get(`${group}/${name}`)?.createdAt ?? context.clock.now(),
        description: properties.optionalText('Description'),
        target: {
          arn,
          roleArn: target.text('RoleArn'),
          input: target.text('Input'),
          maxAgeSeconds: retry.number('MaximumEventAgeInSeconds', 86_400, [60, 86_400]),
          maxAttempts: retry.number('MaximumRetryAttempts', 185, [0, 185]),
          deadLetterArn: deadLetter.optionalText('Arn'),
        },
      };
      for (const one of [retry, deadLetter, target]) one.done();
      checkExpression(logicalId, schedule.expression, schedule.timezone);
      scheduler.put(schedule);
      return { ref: `${group}/${name}`, attributes: { Arn: schedule.arn } };
    },
    remove: (key) => scheduler.delete(key),
  },
});

const checkExpression = (where: string, expression: string, timezone: string): void => {
  try {
    parseExpression(expression, timezone, 0)(0);
  } catch (error) {
    throw new UnsupportedFeatureError(
      where,
      `ScheduleExpression ${expression}: ${error instanceof Error ? error.message : error}`,
    );
  }
};
