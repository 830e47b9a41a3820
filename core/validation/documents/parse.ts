import type { Findings, Place } from '../findings.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** A document, or why it is none. */
export type Parsed = { readonly document: unknown } | { readonly fault: Fault };

/** Where a text stops to be JSON, and whether it only breaks off there. */
interface Fault {
  readonly at: number;
  readonly breaksOff: boolean;
}

/** JSON between two addresses. Whether it is some the platform says, where it stops to be some the kernel. */
export const parseJson = (kernel: Kernel, from: number, to: number, takesLines: boolean): Parsed => {
  try {
    return { document: JSON.parse(kernel.text(from, to)) };
  } catch {
    kernel.exports.parseDocument(from, to, takesLines ? 1 : 0);
    const at = Math.min(kernel.exports.faultAt.value, to);
    return { fault: { at, breaksOff: kernel.text(at, to).trim() === '' } };
  }
};

/** Says what stands where JSON ends, and at which character of its line. */
export const addSyntax = (
  kernel: Kernel,
  { from, at, to }: { readonly from: number; readonly at: number; readonly to: number },
  place: Place,
  findings: Findings,
): void => {
  const rest = kernel.text(at, Math.min(at + longestShown, to)).slice(0, 8);
  const before = kernel.text(from, at);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const found = rest === '' ? '…' : `"${rest}"`;
  findings.add('json.syntax', { found, at: before.length - lineStart + 1 }, place);
};

/** Bytes of eight characters, at most. */
const longestShown = 32;
