import { type Html, html } from './html.ts';

interface DrawnState {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
}

/** How each state is drawn: where the execution has been, where it is, where it failed. */
export interface Progress {
  readonly visited: ReadonlySet<string>;
  readonly current: string | undefined;
  readonly failed: boolean;
}

const rowHeight = 36;
const boxWidth = 190;
const boxLeft = 96;
const boxHeight = 26;

/**
 * The workflow as one column in the order of its file: steps go down, what jumps ahead is an arc on the right, what
 * goes back an arc on the left; dashed arcs are caught errors.
 */
export const drawWorkflow = (definition: string, progress: Progress): Html => {
  const { States }: { States: Readonly<Record<string, DrawnState>> } = JSON.parse(definition);
  const names = Object.keys(States);
  const rowOf = new Map(names.map((name, index) => [name, index]));
  const edges = names.flatMap((name) => {
    const { Next, Default, Choices = [], Catch = [] } = States[name] ?? { Type: '' };
    const usual = [Next, Default, ...Choices.map((one) => one.Next)].filter((one): one is string => one !== undefined);
    return [
      ...usual.map((to) => edge(rowOf.get(name) ?? 0, rowOf.get(to) ?? 0, '')),
      ...Catch.map(({ Next: to }) => edge(rowOf.get(name) ?? 0, rowOf.get(to) ?? 0, 'caught')),
    ];
  });
  const boxes = names.map((name, index) => box(name, index, progress));
  const height = names.length * rowHeight + 8;
  const label = progress.current ? `Workflow; the execution is at ${progress.current}` : 'Workflow';
  return html`<svg viewBox="0 0 380 ${height}" width="380" height="${height}" role="img" aria-label="${label}">${edges}${boxes}</svg>`;
};

const box = (name: string, row: number, { visited, current, failed }: Progress): Html => {
  const isCurrent = name === current;
  const kind = isCurrent ? (failed ? 'failed' : 'current') : visited.has(name) ? 'visited' : '';
  const y = row * rowHeight + 4;
  return html`<g><rect class="state ${kind}" x="${boxLeft}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="6"/><text x="${boxLeft + boxWidth / 2}" y="${y + 17}" text-anchor="middle">${name}</text></g>`;
};

const edge = (from: number, to: number, kind: string): Html => {
  const middle = (row: number) => row * rowHeight + 4 + boxHeight / 2;
  if (to === from + 1) {
    const x = boxLeft + boxWidth / 2;
    return html`<path class="edge ${kind}" d="M${x} ${middle(from) + boxHeight / 2}L${x} ${middle(to) - boxHeight / 2}"/>`;
  }
  const isForward = to > from;
  const x = isForward ? boxLeft + boxWidth : boxLeft;
  const reach = Math.min(84, 14 + Math.abs(to - from) * 5) * (isForward ? 1 : -1);
  return html`<path class="edge ${kind}" d="M${x} ${middle(from)}C${x + reach} ${middle(from)} ${x + reach} ${middle(to)} ${x} ${middle(to)}"/>`;
};
