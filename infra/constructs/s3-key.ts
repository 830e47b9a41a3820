import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Statements for a role that reads or writes objects under the customer key; none where there is no such key. */
export interface S3Key {
  decrypt(): PolicyStatement[];
  encrypt(): PolicyStatement[];
}

/**
 * The key is used through S3 alone: whoever holds the role's credentials cannot call KMS itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export const s3KeyOf = (scope: Construct, key: IKey | undefined): S3Key => {
  const { region } = Stack.of(scope);
  const through = (sid: string, action: string): PolicyStatement[] =>
    key === undefined
      ? []
      : [
          new PolicyStatement({
            sid,
            actions: [action],
            resources: [key.keyArn],
            conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
          }),
        ];
  return {
    decrypt: () => through('Decrypt', 'kms:Decrypt'),
    encrypt: () => through('Encrypt', 'kms:GenerateDataKey'),
  };
};
