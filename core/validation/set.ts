import type { SetMember } from '../feed-file.ts';
import { maxFileBytes } from './ceiling.ts';
import { guarded, isZip, limited } from './content/unpack.ts';
import { filesIn, type PackedFile } from './content/unzip.ts';
import { Findings } from './findings.ts';
import type { FileRules, Limits } from './rules.ts';
import type { FileSource } from './source.ts';

/** Checks the bytes of one file by rules of its own. @returns its rows */
export type CheckFile = (
  bytes: AsyncIterable<Uint8Array>,
  rules: FileRules,
  findings: Findings,
) => Promise<number | undefined>;

/** So many names are told. */
const shownNames = 5;

/**
 * Checks the files that come together in one ZIP: that all are there that must be, no others, and each by its own rules.
 * One archive is one upload: a set is complete or it is not there.
 *
 * @returns the rows of all of them
 */
export const checkSet = async (
  source: FileSource,
  set: FileRules,
  limits: Limits,
  findings: Findings,
  checkFile: CheckFile,
): Promise<number | undefined> => {
  const members = set.members ?? [];
  if (!isZip(await source.slice(0, Math.min(4, source.size)))) {
    findings.add('set.notZip', { names: members.map(({ name }) => name).join(', ') });
    return undefined;
  }
  const files = await filesIn(source, findings);
  if (!files) return undefined;
  checkNames(files, members, findings);
  let [rows, left] = [0, limits.unpackedBytes];
  for (const file of files) {
    const member = memberOf(file.name, members);
    if (!member) continue;
    const found = new Findings(member);
    const rules = rulesOf(member, set);
    const most = { ...limits, unpackedBytes: Math.min(left, maxFileBytes(rules).bytes) };
    const bytes = counted(contentOf(file, source, rules, most, found), (size) => (left -= size));
    const own = await checkFile(bytes, rules, found);
    rows += own ?? 0;
    findings.include(file.name, found.conclude(own));
  }
  return rows;
};

/** The member that a file is one of: by its very name, else by the first pattern that fits. */
const memberOf = (name: string, members: readonly SetMember[]): SetMember | undefined =>
  members.find((member) => member.name === name) ?? members.find((member) => fits(name, member.name));

const fits = (name: string, pattern: string): boolean => {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return false;
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
};

const checkNames = (files: readonly PackedFile[], members: readonly SetMember[], findings: Findings): void => {
  for (const member of members) {
    const count = files.filter(({ name }) => memberOf(name, members) === member).length;
    if (count < member.min) findings.add('set.missing', { name: member.name, min: member.min, count });
    if (count > member.max) findings.add('set.tooMany', { name: member.name, max: member.max, count });
  }
  const names = files.map(({ name }) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (repeated.size > 0) findings.add('set.twice', { names: told([...repeated]) });
  const unknown = names.filter((name) => !memberOf(name, members));
  if (unknown.length === 0) return;
  findings.add('set.unexpected', { names: told(unknown), wanted: members.map(({ name }) => name).join(', ') });
};

const told = (names: readonly string[]): string => names.slice(0, shownNames).join(', ');

const contentOf = (
  file: PackedFile,
  { size }: FileSource,
  rules: FileRules,
  limits: Limits,
  findings: Findings,
): AsyncIterable<Uint8Array> => limited(guarded(file.read(), 'zip', rules, findings), size, limits, findings);

async function* counted(bytes: AsyncIterable<Uint8Array>, count: (size: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    count(chunk.length);
    yield chunk;
  }
}

/** A file of a set as one by itself: the archive's bounds are its bounds. */
const rulesOf = ({ name: _, min: __, max: ___, ...rules }: SetMember, set: FileRules): FileRules => ({
  extension: set.extension,
  minBytes: 0,
  maxBytes: set.maxBytes,
  ...(set.limits && { limits: set.limits }),
  ...rules,
});
