import { sources } from '../../core/validation/kernel/built.ts';
import { kernelHash } from '../../tools/build-kernel.ts';

describe('the kernel', () => {
  it('is built from the sources that are here (npm run kernel)', () => {
    expect(sources).toBe(kernelHash());
  });
});
