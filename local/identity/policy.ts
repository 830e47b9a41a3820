import { AwsError, UnsupportedFeatureError } from '../errors.ts';
import { type ConditionBlock, conditionsHold, knownOperators } from './conditions.ts';
import { matches } from './wildcards.ts';

type OneOrMany<T> = T | readonly T[];

/** A statement of an identity, session, trust or resource policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany<string>>>;
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: OneOrMany<Statement>;
}

/** What is asked: may `principal` do `action` on `resource`, under these circumstances? */
export interface Question {
  readonly action: string;
  readonly resource: string;
  /** Every ARN or service name that this caller answers to. */
  readonly principal: readonly string[];
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export type Verdict = 'allow' | 'deny' | 'none';

export const many = <T>(value: OneOrMany<T> | undefined): readonly T[] => {
  if (value === undefined) return [];
  return isMany(value) ? value : [value];
};

const isMany = <T>(value: OneOrMany<T>): value is readonly T[] => Array.isArray(value);

/** An explicit deny wins; else one allow is enough. */
export const evaluate = (document: PolicyDocument, question: Question, kind: 'identity' | 'resource'): Verdict => {
  const relevant = many(document.Statement).filter((statement) => applies(statement, question, kind));
  if (relevant.some(({ Effect }) => Effect === 'Deny')) return 'deny';
  return relevant.length > 0 ? 'allow' : 'none';
};

const applies = (statement: Statement, question: Question, kind: 'identity' | 'resource'): boolean =>
  many(statement.Action).some((action) => matches(action, question.action, true)) &&
  (statement.Resource === undefined || many(statement.Resource).some((one) => matches(one, question.resource))) &&
  !many(statement.NotResource).some((one) => matches(one, question.resource)) &&
  (kind === 'identity' || principalMatches(statement.Principal, question.principal)) &&
  conditionsHold(statement.Condition ?? {}, question.context);

const principalMatches = (allowed: Statement['Principal'], principal: readonly string[]): boolean => {
  if (allowed === undefined) return false;
  if (allowed === '*') return true;
  return Object.values(allowed)
    .flatMap((one) => many(one))
    .some((name) => name === '*' || principal.includes(name));
};

/**
 * A policy of an identity or a session that somebody sends while everything runs.
 *
 * @throws AwsError MalformedPolicyDocument
 * @throws UnsupportedFeatureError see `checkPolicy`
 */
export const parsePolicy = (where: string, text: string): PolicyDocument => {
  const malformed = new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.');
  const refused = (reason: string) => new AwsError('MalformedPolicyDocument', reason);
  let document: PolicyDocument;
  try {
    document = Object(JSON.parse(text));
  } catch {
    throw malformed;
  }
  const statements: readonly unknown[] = many(document.Statement);
  const areAll = statements.every((one) => typeof one === 'object' && one !== null);
  if (document.Statement === undefined || !areAll) throw malformed;
  for (const statement of many(document.Statement)) {
    const problem = problemOf(statement) ?? identityProblemOf(statement);
    if (problem !== undefined) throw refused(problem);
  }
  return checkPolicy(where, document);
};

/** Conditions that make a policy one for known callers, whoever its principal is. */
const limitingKeys = ['aws:sourcearn', 'aws:sourceaccount', 'aws:sourceip', 'aws:principalarn'];

/**
 * Whether a policy lets anybody in.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export const isPublic = (document: PolicyDocument): boolean =>
  many(document.Statement).some(
    ({ Effect, Principal, Condition = {} }) =>
      Effect === 'Allow' &&
      principalMatches(Principal, ['*']) &&
      !Object.values(Condition).some((block) =>
        Object.keys(block).some((key) => limitingKeys.includes(key.toLowerCase())),
      ),
  );

/** `*`, or a service and an action of it, both with wildcards. */
const actionPattern = /^(\*|[a-z0-9-]+:[\w*?]+)$/i;

/**
 * What IAM refuses of a statement, of whatever policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html and the pages beside it
 */
const problemOf = ({ Effect, Action }: Statement): string | undefined => {
  if (Effect !== 'Allow' && Effect !== 'Deny') return `Effect must be Allow or Deny, got ${Effect ?? 'nothing'}`;
  if (many(Action).length === 0) return 'Policy statement must contain actions.';
  const wrong = many(Action).find((action) => !actionPattern.test(action));
  return wrong === undefined ? undefined : `Actions/Conditions must be prefaced by a vendor, got ${wrong}`;
};

const identityProblemOf = ({ Principal, Resource, NotResource }: Statement): string | undefined => {
  if (Principal !== undefined) return 'Policy document should not specify a principal.';
  if (Resource === undefined && NotResource === undefined) return 'Policy statement must contain resources.';
  return undefined;
};

const statementKeys = ['Sid', 'Effect', 'Action', 'Resource', 'NotResource', 'Principal', 'Condition'];

/** Refuses a policy that this evaluator would misread. Called for every policy when it is deployed. */
export const checkPolicy = (where: string, document: PolicyDocument): PolicyDocument => {
  for (const statement of many(document.Statement)) {
    for (const key of Object.keys(statement)) {
      if (!statementKeys.includes(key)) throw new UnsupportedFeatureError(where, `policy element ${key}`);
    }
    const problem = problemOf(statement);
    if (problem !== undefined) throw new UnsupportedFeatureError(where, problem);
    // Read as text it would allow and deny what nobody meant.
    const variable = /\$\{[^}]*\}/.exec(
      JSON.stringify([statement.Resource, statement.NotResource, statement.Condition]),
    );
    if (variable) throw new UnsupportedFeatureError(where, `policy variable ${variable[0]}`);
    for (const [operator, block] of Object.entries(statement.Condition ?? {})) {
      if (!knownOperators.has(operator.replace(/IfExists$/, ''))) {
        throw new UnsupportedFeatureError(where, `condition operator ${operator}`);
      }
      for (const key of Object.keys(block)) {
        if (!isKnownKey(key.toLowerCase())) throw new UnsupportedFeatureError(where, `condition key ${key}`);
      }
    }
  }
  return document;
};

/** Condition keys that requests here carry. A key outside this list would never match, so it is refused. */
const knownKeys = new Set(
  [
    'aws:SecureTransport',
    'aws:SourceArn',
    'aws:SourceAccount',
    'aws:SourceIp',
    'aws:PrincipalArn',
    's3:prefix',
    's3:if-none-match',
    's3:ObjectCreationOperation',
    's3:x-amz-acl',
    's3:signatureAge',
    's3:authType',
    's3:TlsVersion',
    's3:x-amz-server-side-encryption',
    'ses:FromAddress',
    'kms:ViaService',
    'events:ManagedBy',
    'states:StateMachineQualifier',
  ].map((key) => key.toLowerCase()),
);

const isKnownKey = (key: string): boolean => knownKeys.has(key) || key.startsWith('kms:encryptioncontext:');
