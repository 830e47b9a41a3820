import jsonata from 'jsonata';
import type { Diagnostic } from './field-checks.ts';

type Node = jsonata.ExprNode;

/**
 * What is wrong with a JSONata expression before it is ever evaluated: Step Functions takes no definition with one that does
 * not parse, or that names a field where there is no input to have it (its expressions read `$states` and variables alone).
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 *
 * @param text with its `{%` and `%}`
 */
export const problemOfExpression = (text: string): Pick<Diagnostic, 'code' | 'message'> | undefined => {
  let root: Node;
  try {
    root = jsonata(text.slice(2, -2)).ast();
  } catch (error) {
    const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
    return { code: 'INVALID_JSONATA_EXPRESSION', message: `The JSONata expression is invalid: ${message}` };
  }
  const [field] = topLevelNames(root);
  return field === undefined
    ? undefined
    : {
        code: 'UNSUPPORTED_JSONATA_EXPRESSION',
        message: `Reference to '${field}' at the top level is not supported.`,
      };
};

/** Names that would be looked up in the input of the whole expression; behind a step of a path they are of what came before. */
const topLevelNames = (node: Node | undefined): string[] => {
  if (!node) return [];
  const among = (nodes: readonly (Node | undefined)[]): string[] => nodes.flatMap(topLevelNames);
  // The library's types leave out two of its kinds, `bind` and `apply`.
  switch (String(node.type)) {
    case 'name':
      return [String(node.value)];
    case 'variable':
      return node.value === '$' ? ['$$'] : [];
    case 'path':
      return topLevelNames(node.steps?.[0]);
    case 'function':
    case 'partial':
      return among(node.arguments ?? []);
    case 'block':
      return among(node.expressions ?? []);
    case 'condition':
      return among(branchesOf(node));
    case 'binary':
    case 'bind':
    case 'apply':
      return among([oneOf(node.lhs), node.rhs]);
    case 'unary':
      return among([...(node.expressions ?? []), ...pairsOf(node.lhs)]);
    default:
      return [];
  }
};

const branchesOf = (node: Node): Node[] =>
  ['condition', 'then', 'else'].flatMap((name) => {
    const branch: unknown = Reflect.get(node, name);
    return isNode(branch) ? [branch] : [];
  });

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const oneOf = (lhs: Node['lhs']): Node | undefined => (isNode(lhs) ? lhs : undefined);

/** Keys and values of an object that is being made. */
const pairsOf = (lhs: Node['lhs']): Node[] => (Array.isArray(lhs) ? lhs.flat().filter(isNode) : []);
