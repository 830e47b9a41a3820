/**
 * What each command takes, read from the text of its usage: so the help is true, and what it does not name is refused.
 *
 * A block begins at two spaces: `noun [verb|verb …] arguments and flags`, and its meaning after a gap or on the next lines.
 * Arguments are words without `--`, in brackets where they may be left out.
 */
interface Block {
  readonly text: string;
  readonly noun: string;
  /** Empty for a command that is a noun alone. */
  readonly verbs: readonly string[];
  readonly flags: readonly string[];
  readonly mostArguments: number;
}

/** What a command takes; of one with two ways to call it, both together. */
export interface Grammar {
  /** As the usage tells of it. */
  readonly usage: string;
  readonly flags: ReadonlySet<string>;
  /** Words of the command itself, and arguments after them. */
  readonly mostWords: number;
}

const blocksOf = (usage: string): Block[] =>
  usage
    .split(/\n(?= {2}\S)/)
    .slice(1)
    .filter((block) => !block.startsWith('  --'))
    .map(blockOf);

const blockOf = (text: string): Block => {
  const head = text.trim().split(/ {2,}|\n/)[0] ?? '';
  const [noun = '', ...rest] = head.split(' ');
  const isVerb = /^[a-z]+(\|[a-z]+)*$/.test(rest[0] ?? '');
  const verbs = isVerb ? (rest[0] ?? '').split('|') : [];
  // A flag is followed by its value.
  const words = head.replaceAll(/"[^"]*"/g, 'TEXT').replaceAll(/--\w+( [^\s[\]|]+(\|[^\s[\]|-]+)*)?/g, '');
  const placed = words
    .split(' ')
    .slice(isVerb ? 2 : 1)
    .filter((word) => /\w/.test(word));
  return {
    text: text.trimEnd(),
    noun,
    verbs,
    flags: [...head.matchAll(/--(\w+)/g)].map(([, flag = '']) => flag),
    mostArguments: placed.length,
  };
};

/** Every command by its name, of one noun where there is any of it. */
export const commandsLike = (usage: string, noun: string): string[] => {
  const blocks = blocksOf(usage);
  const related = blocks.filter((block) => block.noun === noun);
  const named = (related.length > 0 ? related : blocks).flatMap(({ noun: first, verbs }) =>
    verbs.length > 0 ? verbs.map((verb) => `${first} ${verb}`) : [first],
  );
  return [...new Set(named)];
};

/** Undefined for a command that the usage does not name. */
export const grammarOf = (usage: string, [noun = '', verb = '']: readonly string[]): Grammar | undefined => {
  const found = blocksOf(usage).filter(
    (block) => block.noun === noun && (block.verbs.length === 0 || block.verbs.includes(verb)),
  );
  if (found.length === 0) return undefined;
  return {
    usage: found.map(({ text }) => text).join('\n'),
    flags: new Set(found.flatMap(({ flags }) => flags)),
    mostWords: Math.max(...found.map(({ verbs, mostArguments }) => (verbs.length > 0 ? 2 : 1) + mostArguments)),
  };
};
