import { constraintsInWords } from '../../../core/validation/constraints.ts';

describe('what a column asks for', () => {
  it.each([
    [{}, '', ''],
    [{ required: true }, '', ''],
    [{ enum: ['DE', 'AT'] }, 'one of DE, AT', 'eines von DE, AT'],
    [{ minimum: 1, exclusiveMaximum: 10 }, 'at least 1; less than 10', 'mindestens 1; weniger als 10'],
    [
      { maxLength: 80, unique: true },
      'at most 80 characters; a value that no earlier row has',
      /^höchstens 80 Zeichen; /,
    ],
    [{ pattern: '[A-Z]{3}' }, 'text that matches [A-Z]{3}', 'Text nach dem Muster [A-Z]{3}'],
    [{ enum: Array.from({ length: 20 }, (_, index) => index) }, /^one of 0, 1, .*, 11, …$/, /…$/],
  ] as const)('%j is told before a file is sent', (constraints, en, de) => {
    const told = (locale: 'en' | 'de') => constraintsInWords({ ...constraints } as never, locale);
    const matching = (text: string | RegExp) => (typeof text === 'string' ? text : expect.stringMatching(text));
    expect([told('en'), told('de')]).toEqual([matching(en), matching(de)]);
  });
});
