import { prices } from './prices.ts';
import { accepting, asking, type Usage } from './usage.ts';

/** How long a partner takes, where nothing is known of it. */
const hoursUntilFile = 2;

/** A machine that looks once a minute: a Wait, a look, a Choice. */
const transitionsPerLook = 3;

/** What one request uses in each design. */
export interface Design {
  readonly name: string;
  readonly transitions: number;
  readonly calls: number;
  /** Dollars, of Step Functions and Lambda alone. */
  readonly compute: number;
}

const computeOf = (transitions: number, calls: number, gbSecondsPerCall: number): number =>
  transitions * prices.transition + calls * (prices.invocation + gbSecondsPerCall * prices.gbSecond);

/** Ours, and that which comes to mind first: ask, look every minute until the file is there, check it, thank. */
export const designs = (gbSecondsPerCall: number): readonly Design[] => {
  const own: Pick<Usage, 'transitions' | 'invocations'> = {
    transitions: asking.transitions + accepting.transitions,
    invocations: asking.invocations + accepting.invocations,
  };
  const looks = hoursUntilFile * 60;
  const naive = { transitions: 3 + looks * transitionsPerLook + 3, invocations: 2 + looks + 3 };
  return [
    { name: 'waits for a token', ...own },
    { name: `looks every minute, ${hoursUntilFile} hours`, ...naive },
  ].map(({ name, transitions, invocations }) => ({
    name,
    transitions,
    calls: invocations,
    compute: computeOf(transitions, invocations, gbSecondsPerCall),
  }));
};
