/*
 * Compiles regular expressions to automata for the kernel. An automaton clears cells: it may take less than its
 * expression does (it knows ASCII only), never more. What it does not take is judged by the expression itself.
 */

/** One table entry for each state and byte; state 0 takes nothing more, state 1 is the start. */
export interface Automaton {
  readonly states: number;
  /** `states` × 256. */
  readonly next: Uint16Array;
  readonly ends: Uint8Array;
}

/** More than this is left to the expression: a table has 512 bytes a state. */
const maxStates = 1000;
const maxNodes = 4000;

/** What an expression may use is a part of ECMAScript's, with the flag `u`; anything else is not compiled. */
export const compileExpression = (source: string): Automaton | undefined => {
  try {
    const nodes = new Nodes();
    const end = nodes.add();
    const start = new ExpressionParser(source, nodes).parse(end);
    return determine(nodes, start, end);
  } catch (error) {
    if (error instanceof NotCompiled) return undefined;
    throw error;
  }
};

/** An automaton that takes exactly these texts; undefined when they are too many, or not ASCII. */
export const compileTexts = (texts: readonly string[]): Automaton | undefined =>
  compileExpression(texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'));

/** What an automaton takes, where that is one length and for each byte a range: it is told apart at a glance. */
export const fixedRanges = ({ next, ends }: Automaton): readonly (readonly [number, number])[] | undefined => {
  const ranges: (readonly [number, number])[] = [];
  for (let state = 1; ranges.length <= mostRanges; ) {
    const row = next.subarray(state * 256, state * 256 + 256);
    const from = row.findIndex((to) => to !== 0);
    if (from < 0) return ends[state] === 1 && ranges.length > 0 ? ranges : undefined;
    const to = row.findLastIndex((one) => one !== 0);
    const target = row[from] ?? 0;
    if (ends[state] === 1 || row.subarray(from, to + 1).some((one) => one !== target)) return undefined;
    ranges.push([from, to]);
    state = target;
  }
  return undefined;
};

/** As many bytes are compared at once. */
const mostRanges = 16;

class NotCompiled extends Error {}

type Build = (end: number) => number;

/** Nondeterministic: from a node by a set of bytes, or by nothing. */
class Nodes {
  readonly free: number[][] = [];
  readonly steps: { readonly bytes: ReadonlySet<number>; readonly to: number }[][] = [];

  add(): number {
    if (this.free.length >= maxNodes) throw new NotCompiled();
    this.free.push([]);
    this.steps.push([]);
    return this.free.length - 1;
  }

  link(from: number, to: number): void {
    this.free[from]?.push(to);
  }

  step(bytes: ReadonlySet<number>, to: number): number {
    const from = this.add();
    this.steps[from]?.push({ bytes, to });
    return from;
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const codes = (text: string): number[] => [...text].map((one) => one.charCodeAt(0));
const ascii = new Set(range(0, 127));
const without = (bytes: ReadonlySet<number>): Set<number> => new Set([...ascii].filter((byte) => !bytes.has(byte)));

const digits = new Set(range(48, 57));
const wordBytes = new Set([...digits, ...range(65, 90), ...range(97, 122), 95]);
const spaces = new Set(codes('\t\n\v\f\r '));
const classes: Readonly<Record<string, ReadonlySet<number>>> = {
  d: digits,
  D: without(digits),
  w: wordBytes,
  W: without(wordBytes),
  s: spaces,
  S: without(spaces),
};
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

class ExpressionParser {
  readonly #source: string;
  readonly #nodes: Nodes;
  #at = 0;

  constructor(source: string, nodes: Nodes) {
    // The expression is anchored at both ends anyway.
    const hasAlternatives = source.includes('|');
    const body = hasAlternatives ? source : source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
    this.#source = body;
    this.#nodes = nodes;
  }

  parse(end: number): number {
    const build = this.#alternatives();
    if (this.#at < this.#source.length) throw new NotCompiled();
    return build(end);
  }

  #alternatives(): Build {
    const all = [this.#sequence()];
    while (this.#take('|')) all.push(this.#sequence());
    if (all.length === 1 && all[0]) return all[0];
    return (end) => {
      const start = this.#nodes.add();
      for (const one of all) this.#nodes.link(start, one(end));
      return start;
    };
  }

  #sequence(): Build {
    const parts: Build[] = [];
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated());
    return (end) => parts.reduceRight((to, part) => part(to), end);
  }

  #repeated(): Build {
    const one = this.#atom();
    const bounds = this.#quantifier();
    if (!bounds) return one;
    const { least, most } = bounds;
    return (end) => {
      const nodes = this.#nodes;
      let to = end;
      if (most === undefined) {
        const loop = nodes.add();
        nodes.link(loop, one(loop));
        nodes.link(loop, end);
        to = loop;
      } else {
        for (let index = least; index < most; index += 1) {
          const option = nodes.add();
          nodes.link(option, one(to));
          nodes.link(option, end);
          to = option;
        }
      }
      for (let index = 0; index < least; index += 1) to = one(to);
      return to;
    };
  }

  #quantifier(): { least: number; most: number | undefined } | undefined {
    const bounds = this.#bounds();
    // Whether it is greedy does not change what is taken.
    if (bounds) this.#take('?');
    return bounds;
  }

  #bounds(): { least: number; most: number | undefined } | undefined {
    if (this.#take('*')) return { least: 0, most: undefined };
    if (this.#take('+')) return { least: 1, most: undefined };
    if (this.#take('?')) return { least: 0, most: 1 };
    const counted = /^\{(\d+)(,?)(\d*)\}/.exec(this.#source.slice(this.#at));
    if (!counted) return undefined;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    if (counted[2] === '') return { least, most: least };
    return { least, most: counted[3] === '' ? undefined : Number(counted[3]) };
  }

  #atom(): Build {
    if (this.#take('(')) {
      const group = /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.#source.slice(this.#at));
      if (group) this.#at += group[0].length;
      else if (this.#peek() === '?') throw new NotCompiled();
      const inner = this.#alternatives();
      if (!this.#take(')')) throw new NotCompiled();
      return inner;
    }
    const bytes = this.#bytes();
    return (end) => this.#nodes.step(bytes, end);
  }

  #bytes(): ReadonlySet<number> {
    if (this.#take('[')) return this.#class();
    if (this.#take('.')) return without(new Set(codes('\n\r')));
    const taken = this.#character();
    // Beyond ASCII a character is no byte: it is taken by the expression alone.
    if (typeof taken === 'number') return new Set(taken < 128 ? [taken] : []);
    return taken;
  }

  #class(): ReadonlySet<number> {
    const isNegated = this.#take('^');
    const bytes = new Set<number>();
    while (!this.#take(']')) {
      const from = this.#character(true);
      if (typeof from !== 'number') {
        for (const byte of from) bytes.add(byte);
        continue;
      }
      if (this.#peek() === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at += 1;
        const to = this.#character(true);
        if (typeof to !== 'number') throw new NotCompiled();
        for (const byte of range(from, Math.max(from, Math.min(to, 127)))) bytes.add(byte);
      } else bytes.add(from);
    }
    // Beyond ASCII nothing is taken, whichever way round.
    return isNegated ? without(bytes) : new Set([...bytes].filter((byte) => byte < 128));
  }

  /** A character's code, or a class of them. */
  #character(isInClass = false): number | ReadonlySet<number> {
    const character = this.#source[this.#at];
    if (character === undefined) throw new NotCompiled();
    this.#at += 1;
    if (character !== '\\') {
      if (!isInClass && '^$*+?{}]'.includes(character)) throw new NotCompiled();
      return character.charCodeAt(0);
    }
    const escaped = this.#source[this.#at];
    if (escaped === undefined) throw new NotCompiled();
    this.#at += 1;
    const known = classes[escaped];
    if (known) return known;
    const control = controls[escaped];
    if (control !== undefined) return control.charCodeAt(0);
    if (/[A-Za-z0-9]/.test(escaped)) throw new NotCompiled();
    return escaped.charCodeAt(0);
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}

/** Everything reached from some nodes by nothing. */
const closure = (nodes: Nodes, from: Iterable<number>): number[] => {
  const reached = new Set(from);
  for (const node of reached) for (const next of nodes.free[node] ?? []) reached.add(next);
  return [...reached].sort((a, b) => a - b);
};

/** Subset construction. */
const determine = (nodes: Nodes, start: number, end: number): Automaton => {
  const sets: number[][] = [[], closure(nodes, [start])];
  const known = new Map([
    ['', 0],
    [sets[1]?.join() ?? '', 1],
  ]);
  const rows: Uint16Array[] = [new Uint16Array(256)];
  for (let state = 1; state < sets.length; state += 1) {
    const row = new Uint16Array(256);
    const targets = new Map<number, number[]>();
    for (const node of sets[state] ?? [])
      for (const { bytes, to } of nodes.steps[node] ?? [])
        for (const byte of bytes) targets.set(byte, [...(targets.get(byte) ?? []), to]);
    // Many bytes lead to the same nodes: their closure is computed once.
    const byTargets = new Map<string, number>();
    for (const [byte, to] of targets) {
      const reached = byTargets.get(to.join()) ?? stateOf(closure(nodes, to), sets, known);
      byTargets.set(to.join(), reached);
      row[byte] = reached;
    }
    rows.push(row);
  }
  const next = new Uint16Array(rows.length * 256);
  for (const [state, row] of rows.entries()) next.set(row, state * 256);
  const ends = Uint8Array.from(sets, (set) => (set.includes(end) ? 1 : 0));
  return { states: rows.length, next, ends };
};

const stateOf = (set: number[], sets: number[][], known: Map<string, number>): number => {
  const name = set.join();
  const before = known.get(name);
  if (before !== undefined) return before;
  if (sets.length >= maxStates) throw new NotCompiled();
  sets.push(set);
  known.set(name, sets.length - 1);
  return sets.length - 1;
};
