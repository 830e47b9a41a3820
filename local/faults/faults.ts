import type { ArmedFault, FaultAt } from './fault.ts';

interface Armed {
  readonly fault: ArmedFault;
  seen: number;
  struck: number;
}

/** The faults that somebody asked for, how many occasions each has seen, and how often it has struck. In memory: a new process has none. */
export class Faults {
  readonly #armed: Armed[] = [];

  arm(fault: ArmedFault): void {
    this.#armed.push({ fault, seen: 0, struck: 0 });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  list(): readonly (ArmedFault & { readonly seen: number; readonly struck: number })[] {
    return this.#armed.map(({ fault, seen, struck }) => ({ ...fault, seen, struck }));
  }

  /**
   * An occasion: counts it for every fault of this point that it fits.
   *
   * @param fits whether a fault means this occasion
   * @returns the first that strikes
   */
  at<Point extends ArmedFault['point']>(
    point: Point,
    fits: (fault: FaultAt<Point>) => boolean = () => true,
  ): FaultAt<Point> | undefined {
    const isMeant = (fault: ArmedFault): fault is FaultAt<Point> => fault.point === point;
    const due = this.#armed.filter(({ fault }) => isMeant(fault) && fits(fault));
    const striking = due.filter((one) => {
      one.seen += 1;
      const { skip, times } = one.fault;
      return one.seen > skip && (times === 0 || one.struck < times);
    });
    const [first] = striking;
    if (!first || !isMeant(first.fault)) return undefined;
    first.struck += 1;
    return first.fault;
  }
}
