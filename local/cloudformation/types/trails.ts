import { type FieldSelector, selectableFields } from '../../cloudtrail/selectors.ts';
import type { Context } from '../../context.ts';
import { UnsupportedFeatureError } from '../../errors.ts';
import type { ResourceType } from '../deploy.ts';
import type { Properties } from '../properties.ts';
import type { Services } from '../services.ts';
import { arnOf, orRefused } from './shared.ts';

/** Trails of CloudTrail, for what is done to objects. */
export const trailTypes = (context: Context, { cloudtrail }: Services): Record<string, ResourceType> => ({
  'AWS::CloudTrail::Trail': {
    put(properties, { logicalId }) {
      const name = properties.text('TrailName');
      properties.noted('EnableLogFileValidation', 'IncludeGlobalServiceEvents', 'IsMultiRegionTrail');
      const selectors = properties.items('AdvancedEventSelectors').map((one) => selectorOf(one, logicalId));
      if (selectors.length === 0) throw new UnsupportedFeatureError(logicalId, 'no AdvancedEventSelectors');
      const arn = arnOf(context, 'cloudtrail', `trail/${name}`);
      const isLogging = properties.text('IsLogging') === 'true';
      const trail = { arn, name, bucket: properties.text('S3BucketName'), isLogging, selectors };
      orRefused(logicalId, () => cloudtrail.put(trail));
      return { ref: name, attributes: { Arn: arn } };
    },
    remove: (name) => cloudtrail.delete(name),
  },
});

const conditions = ['Equals', 'StartsWith', 'EndsWith', 'NotEquals', 'NotStartsWith', 'NotEndsWith'] as const;

const selectorOf = (properties: Properties, logicalId: string): FieldSelector[] => {
  properties.noted('Name');
  const fields = properties.items('FieldSelectors').map((one) => fieldOf(one));
  properties.done();
  const odd = fields.find(({ field }) => !selectableFields.some((name) => name === field));
  if (odd) throw new UnsupportedFeatureError(logicalId, `a selector of ${odd.field}`);
  const asks = (field: string, value: string) => fields.some((one) => one.field === field && one.equals?.[0] === value);
  if (!asks('eventCategory', 'Data') || !asks('resources.type', 'AWS::S3::Object')) {
    throw new UnsupportedFeatureError(logicalId, 'a selector of anything but data events of AWS::S3::Object');
  }
  return fields;
};

const fieldOf = (properties: Properties): FieldSelector => {
  const given = conditions.flatMap((name) => {
    const values = properties.list(name).map(String);
    return values.length === 0 ? [] : [[`${name.charAt(0).toLowerCase()}${name.slice(1)}`, values] as const];
  });
  const selector: FieldSelector = { field: properties.text('Field'), ...Object.fromEntries(given) };
  properties.done();
  return selector;
};
