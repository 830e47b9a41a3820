import type { Findings } from '../findings.ts';
import { Input } from '../kernel/input.ts';
import { Kernel } from '../kernel/kernel.ts';
import { TextCheck } from '../kernel/text.ts';
import type { TextRules } from '../rules.ts';
import { DocumentJudge } from './judge.ts';
import { addSyntax, parseJson } from './parse.ts';

/** Checks one JSON document (RFC 8259). It is read whole: `core/validation/ceiling.ts` says how large it may be. */
export const checkDocument = ({ jsonSchema }: TextRules, findings: Findings) => {
  const chunks: Uint8Array[] = [];
  return {
    rows: undefined,
    isBroken: false,
    push: (chunk: Uint8Array): void => {
      chunks.push(chunk.slice());
    },
    end: (): void => {
      const parsed = readDocument(chunks, findings);
      if (parsed) new DocumentJudge(jsonSchema, findings).judge(parsed.document, {});
    },
  };
};

/** Undefined, with a finding, when it is no JSON. */
const readDocument = (chunks: readonly Uint8Array[], findings: Findings): { document: unknown } | undefined => {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const kernel = new Kernel();
  const input = new Input(kernel, { recordBytes: size, gatheredBytes: 1 });
  for (const chunk of chunks) input.feed(chunk, () => true);
  input.guard();
  input.skipMark(true, findings);
  const { from, to } = input;
  const lineOf = (at: number): number => 1 + [...kernel.text(from, at).matchAll(/\r\n|\n|\r/g)].length;
  const text = new TextCheck(kernel, input, findings);
  text.look(1, true);
  if (findings.total('encoding.nul') + findings.total('encoding.utf8') > 0) return undefined;
  const parsed = parseJson(kernel, from, to, true);
  if ('document' in parsed) return parsed;
  const { at, breaksOff } = parsed.fault;
  const place = { line: lineOf(at) };
  if (breaksOff) findings.add('json.truncated', {}, place);
  else addSyntax(kernel, { from, at, to }, place, findings);
  return undefined;
};
