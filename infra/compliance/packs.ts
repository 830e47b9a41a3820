import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';

/** Every synth is checked by these; a finding that nobody acknowledged ends it. */
export const checkEverySynth = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(), new ServerlessChecks());
};

/**
 * Rules of the regulated packs that the app does not follow, as `pack-rule`. They never fail a synth: each is argued in
 * docs/security.md, and a test compares both lists.
 */
export const reportedRules = (app: App): string[] => {
  const packs = [new NIST80053R5Checks(), new HIPAASecurityChecks()];
  const rules = packs.flatMap((pack) => pack.validateScope(app).violations.map(({ ruleName }) => ruleName));
  return [...new Set(rules)].sort();
};
