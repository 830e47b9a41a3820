import type { CloudWatch } from './cloudwatch.ts';

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics?: readonly { readonly Name: string }[];
}

/**
 * Reads metrics out of a log line: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Any other line is nobody's business here.
 */
export const readEmbeddedMetrics = (line: string, cloudwatch: Pick<CloudWatch, 'put'>): void => {
  if (!line.includes('"_aws"')) return;
  const entry = parse(line);
  for (const { Namespace, Dimensions = [], Metrics = [] } of directivesOf(entry)) {
    for (const names of Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(entry[name])]));
      for (const { Name } of Metrics) {
        for (const value of [entry[Name]].flat()) {
          if (typeof value === 'number')
            cloudwatch.put({ namespace: String(Namespace), name: Name, dimensions }, value);
        }
      }
    }
  }
};

const parse = (line: string): Record<string, unknown> => {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
};

const directivesOf = ({ _aws }: Record<string, unknown>): readonly Directive[] => {
  const list: unknown =
    typeof _aws === 'object' && _aws !== null && 'CloudWatchMetrics' in _aws ? _aws.CloudWatchMetrics : [];
  return Array.isArray(list) ? list : [];
};
