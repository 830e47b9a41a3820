/** One condition of an advanced event selector. */
export interface FieldSelector {
  readonly field: string;
  readonly equals?: readonly string[];
  readonly startsWith?: readonly string[];
  readonly endsWith?: readonly string[];
  readonly notEquals?: readonly string[];
  readonly notStartsWith?: readonly string[];
  readonly notEndsWith?: readonly string[];
}

/** What a selector may ask of a call. */
export interface SelectedFields {
  readonly eventCategory: 'Data';
  readonly 'resources.type': 'AWS::S3::Object';
  readonly 'resources.ARN': string;
  readonly readOnly: 'true' | 'false';
  readonly eventName: string;
}

export const selectableFields = ['eventCategory', 'resources.type', 'resources.ARN', 'readOnly', 'eventName'] as const;

/**
 * Whether a trail records a call: all conditions of one of its selectors hold; each by any of the values that it lists, and
 * a negative one by none. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
 */
export const isSelected = (selectors: readonly (readonly FieldSelector[])[], call: SelectedFields): boolean =>
  selectors.some((fields) => fields.every((one) => holds(one, call)));

const holds = (selector: FieldSelector, call: SelectedFields): boolean => {
  const field = selectableFields.find((name) => name === selector.field);
  const value = field === undefined ? '' : call[field];
  const any = (values: readonly string[] | undefined, fits: (one: string) => boolean, otherwise: boolean) =>
    values === undefined ? otherwise : values.some(fits);
  return (
    any(selector.equals, (one) => value === one, true) &&
    any(selector.startsWith, (one) => value.startsWith(one), true) &&
    any(selector.endsWith, (one) => value.endsWith(one), true) &&
    !any(selector.notEquals, (one) => value === one, false) &&
    !any(selector.notStartsWith, (one) => value.startsWith(one), false) &&
    !any(selector.notEndsWith, (one) => value.endsWith(one), false)
  );
};
